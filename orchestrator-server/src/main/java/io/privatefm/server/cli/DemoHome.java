/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.privatefm.server.home.DataDirectory;
import io.privatefm.server.home.HomeFile;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.Subject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * The demo's data directory: {@code foundation/} with the release of the small trained foundation that the adapters were trained on.
 * Beside it, where trainers and users have things in the clear: {@code adapters/} with those of two learners as they were trained, and
 * of more learners derived from these, the same factors with an alpha drawn from a seed; and {@code export/}.
 */
final class DemoHome {
    private static final String ROOT = "/tiny-tutor/";
    private static final String FIRST_RELEASE = "foundation/release-1/";
    static final String CONFIG = "adapter_config.json";
    static final String WEIGHTS = "adapter_model.safetensors";
    private static final double LEAST_ALPHA = 12;
    private static final double ALPHA_RANGE = 8;

    private final Path home;
    private final List<LearnerId> trained = new ArrayList<>();

    DemoHome(Path home) {
        this.home = home;
    }

    /** What is not this library's: nothing of it is encrypted, so it does not lie in the data directory. */
    static Path inTheClear(Path home) {
        return DataDirectory.beside(home, ".clear");
    }

    static Path adapters(Path home) {
        return inTheClear(home).resolve("adapters");
    }

    static final List<Subject> SUBJECTS = List.of(Subject.of("math"), Subject.of("reading"), Subject.of("science"));

    /** How an adapter store over {@link #adapters} calls an adapter. */
    static String reference(LearnerId learner, Subject subject) {
        return learner + "/" + subject;
    }

    /**
     * Writes everything.
     *
     * @return the learners, trained ones first
     */
    List<LearnerId> unpack(int learners, long seed) throws IOException {
        for (String name : contents()) {
            if (name.startsWith("foundation/") && !name.startsWith(FIRST_RELEASE)) {
                continue;
            }
            if (name.startsWith("adapters/")) {
                LearnerId learner = LearnerId.of(name.split("/", -1)[1]);
                if (!trained.contains(learner)) {
                    trained.add(learner);
                }
            }
            try (InputStream in = open(name)) {
                Path folder = name.startsWith("adapters/") ? inTheClear(home) : home;
                HomeFile.write(folder.resolve(name), in.readAllBytes());
            }
        }
        List<LearnerId> all = new ArrayList<>(trained.subList(0, Math.min(learners, trained.size())));
        SplittableRandom random = new SplittableRandom(seed);
        while (all.size() < learners) {
            LearnerId learner = LearnerId.of(String.format(Locale.ROOT, "derived-learner-%04d", all.size() + 1));
            derive(trained.get(all.size() % trained.size()), learner, random.nextDouble());
            all.add(learner);
        }
        return all;
    }

    int trained() {
        return trained.size();
    }

    private void derive(LearnerId from, LearnerId to, double draw) throws IOException {
        JsonMapper mapper = new JsonMapper();
        for (Subject subject : SUBJECTS) {
            Path source = adapters(home).resolve(reference(from, subject));
            Path target = adapters(home).resolve(reference(to, subject));
            ObjectNode config = (ObjectNode) mapper.readTree(Files.readAllBytes(source.resolve(CONFIG)));
            config.put("lora_alpha", LEAST_ALPHA + ALPHA_RANGE * draw);
            HomeFile.write(target.resolve(CONFIG), mapper.writeValueAsBytes(config));
            HomeFile.write(target.resolve(WEIGHTS), Files.readAllBytes(source.resolve(WEIGHTS)));
        }
    }

    /** The names of all that comes along. */
    static List<String> contents() throws IOException {
        try (InputStream in = open("CONTENTS")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        }
    }

    static InputStream open(String name) throws IOException {
        InputStream in = DemoHome.class.getResourceAsStream(ROOT + name);
        if (in == null) {
            throw new IOException("the demo data lacks " + name);
        }
        return in;
    }
}
