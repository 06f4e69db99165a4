/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.privatefm.core.ModelCheck;
import io.privatefm.modelstore.FoundationDirectory;
import io.privatefm.modelstore.LocalModelFiles;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.foundation.FoundationRelease;
import io.privatefm.testkit.FloatType;
import io.privatefm.testkit.SafetensorsBuilder;
import io.privatefm.testkit.SafetensorsContent;
import io.privatefm.testkit.StoredTensor;
import io.privatefm.testkit.TinyModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("pfm foundation import")
class FoundationImportCommandTest {
    private static final String LEARNER = "7d9f7c1e-5d3a-4b52-9c43-2f6a1d0e8b11";

    @TempDir
    private Path folder;

    private Path key;
    private Path foundation;
    private List<String> before = List.of();

    @BeforeEach
    void prepare() throws IOException {
        key = folder.resolve("publisher.key");
        foundation = Files.createDirectory(folder.resolve("foundation"));
    }

    private Path model(long seed) {
        return TinyModels.gpt2(seed, FloatType.F32).writeTo(folder.resolve("model-" + seed));
    }

    private Path sign(Path model, String name, Object... more) {
        Path manifest = folder.resolve(name + ".manifest");
        List<Object> args = new ArrayList<>(
                List.of("foundation", "sign", "--model", model, "--key", key, "--name", name, "--out", manifest));
        if (!Files.exists(key)) {
            args.addAll(List.of("--new-key", "example.org/publisher"));
        }
        args.addAll(List.of(more));
        PfmRun.of(args.toArray()).assertDone();
        return manifest;
    }

    private PfmRun add(Path model, Path manifest, Object... more) throws IOException {
        before = names();
        List<Object> args = new ArrayList<>(List.of(
                "foundation",
                "import",
                "--json",
                "--from",
                model,
                "--manifest",
                manifest,
                "--publisher",
                folder.resolve("publisher.key.pub"),
                "--foundation",
                foundation));
        args.addAll(List.of(more));
        return PfmRun.of(args.toArray());
    }

    @Test
    @DisplayName("adds a release as the newest, with its hash, read-only; one after the other")
    void adds() throws IOException {
        Path first = model(1);
        Path second = model(2);
        PfmRun run = add(first, sign(first, "release-9")).assertDone();
        Sha256 hash = hash(first);
        assertThat(run.json().path("content_hash").asText()).isEqualTo(hash.hex());
        assertThat(run.json().path("denylist").asBoolean()).isFalse();

        add(second, sign(second, "release-10", "--parent", hash), "--name", "another")
                .assertDone();

        assertThat(FoundationDirectory.at(foundation).releases())
                .containsExactly(
                        new FoundationRelease(1, "release-9", Optional.of(hash)),
                        new FoundationRelease(2, "another", Optional.of(hash(second))));
        assertThat(hash(foundation.resolve("another"))).isEqualTo(hash(second));
        assertThat(tree(foundation.resolve("release-9"))).isEqualTo(tree(first));
        for (Path file : files(foundation.resolve("release-9"))) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("r--r--r--");
        }
        assertThat(names()).containsExactly(".import.lock", "another", "release-9", "releases.json");
    }

    @Test
    @DisplayName("keeps the releases, and their order, of a directory that had no list")
    void unlisted() throws IOException {
        TinyModels.gpt2(1, FloatType.F32).writeTo(foundation.resolve("release-2"));
        TinyModels.gpt2(2, FloatType.F32).writeTo(foundation.resolve("release-10"));
        List<FoundationRelease> before = FoundationDirectory.at(foundation).releases();
        Path model = model(3);

        add(model, sign(model, "alpha")).assertDone();

        List<FoundationRelease> after = FoundationDirectory.at(foundation).releases();
        assertThat(after.subList(0, 2)).isEqualTo(before);
        assertThat(after).extracting(FoundationRelease::name).containsExactly("release-2", "release-10", "alpha");
    }

    @Test
    @DisplayName("keeps the release that a directory is itself")
    void itself() throws IOException {
        TinyModels.gpt2(1, FloatType.F32).writeTo(foundation);
        Sha256 hash = hash(foundation);
        Path model = model(3);

        add(model, sign(model, "next")).assertDone();

        FoundationDirectory directory = FoundationDirectory.at(foundation);
        assertThat(directory.releases()).extracting(FoundationRelease::name).containsExactly("foundation", "next");
        assertThat(ModelCheck.contentHash(directory.open(directory.releases().get(0)), 1))
                .isEqualTo(hash);
    }

    @Test
    @DisplayName("exits 1 without a good signature of the publisher, and writes nothing")
    void signature() throws IOException {
        Path model = model(1);
        Path manifest = sign(model, "release-1");
        Files.writeString(manifest, Files.readString(manifest).replace("release-1", "release-2"));

        assertUntouched(add(model, manifest), 1, "not signed by publisher example.org/publisher");
        Files.writeString(manifest, "{}");
        assertUntouched(add(model, manifest), 1, "not signed");
    }

    @Test
    @DisplayName(
            "exits 2 if the model is not the one that was signed, is no model, or has no place, and writes nothing")
    void refused() throws IOException {
        Path model = model(1);
        Path manifest = sign(model, "release-1");
        assertUntouched(add(model(2), manifest), 2, "has content hash");
        assertUntouched(add(folder, manifest), 2, "safetensors");
        assertUntouched(add(folder.resolve("nowhere"), manifest), 2, "nowhere");
        assertUntouched(add(model, folder.resolve("nowhere")), 2, "nowhere");
        assertUntouched(add(model, manifest, "--name", "../up"), 2, "a release's name begins with");
        assertUntouched(add(model, manifest, "--name", ".hidden"), 2, "a release's name begins with");
        Files.createDirectory(foundation.resolve("release-1"));
        assertUntouched(add(model, manifest), 2, "there is something at");
        Files.delete(foundation.resolve("release-1"));

        add(model, manifest).assertDone();
        assertUntouched(add(model, manifest), 2, "has a release release-1 already");
    }

    @Test
    @DisplayName("removes what a killed import left, and waits for no other")
    void leftovers() throws IOException {
        Path left = Files.createDirectory(foundation.resolve(".import-release-1-123"));
        Files.writeString(left.resolve("config.json"), "{}");
        Files.setPosixFilePermissions(left, PosixFilePermissions.fromString("r-xr-xr-x"));
        Path model = model(1);

        add(model, sign(model, "release-1")).assertDone();

        assertThat(names()).containsExactly(".import.lock", "release-1", "releases.json");
    }

    @Nested
    @DisplayName("into an installation")
    class Installed {
        private Path home;

        @BeforeEach
        void demo() {
            home = folder.resolve("home");
            PfmRun.of("demo", "--learners", 1, "--without-recovery", "--home", home)
                    .assertDone();
        }

        private Path export(String subject) {
            Path out = folder.resolve("exported-" + subject);
            if (!Files.exists(out)) {
                PfmRun.of("export", "--home", home, "--learner", LEARNER, "--variant", subject, "--out", out)
                        .assertDone();
            }
            return out;
        }

        @Test
        @DisplayName("refuses a learner's variant, and a model made from one")
        void lineage() throws IOException {
            Path stolen = export("math");
            assertUntouched(
                    add(stolen, sign(stolen, "release-2"), "--home", home),
                    2,
                    "the model is variant math of checkpoint 1");
            Path model = model(1);
            assertUntouched(
                    add(model, sign(model, "made", "--parent", hash(stolen)), "--home", home),
                    2,
                    "its parent " + hash(stolen) + " is variant math of checkpoint 1 of namespace ");
        }

        @Test
        @DisplayName("refuses a model with a single tensor copied from a learner, names it, and never the learner")
        void tensor() throws IOException {
            Path base = home.resolve("foundation/release-1");
            Map<String, StoredTensor> ofLearner = SafetensorsContent.ofDirectory(export("math"));
            Map<String, StoredTensor> tensors = new TreeMap<>(SafetensorsContent.ofDirectory(base));
            String copied = tensors.keySet().stream()
                    .filter(name -> !Arrays.equals(
                            tensors.get(name).bytes(), ofLearner.get(name).bytes()))
                    .findFirst()
                    .orElseThrow();
            StoredTensor own = tensors.get(copied);
            tensors.put(copied, ofLearner.get(copied));
            Path model = write(base, tensors);

            PfmRun run = add(model, sign(model, "release-2"), "--home", home);
            assertUntouched(run, 2, copied + ": is a copy of tensor " + copied + " of variant math of checkpoint 1");
            assertThat(run.err()).doesNotContain(LEARNER);

            tensors.put(copied, own);
            Path clean = write(base, tensors);
            assertThat(add(clean, sign(clean, "release-3"), "--home", home)
                            .assertDone()
                            .json()
                            .path("denylist")
                            .asBoolean())
                    .isTrue();
        }

        @Test
        @DisplayName("passes over learners who were deleted")
        void deleted() throws IOException {
            Path other = folder.resolve("other");
            PfmRun.of("demo", "--learners", 2, "--without-recovery", "--delete-one", "--home", other)
                    .assertDone();
            Path model = model(1);

            add(model, sign(model, "release-2"), "--home", other).assertDone();
        }

        private Path write(Path base, Map<String, StoredTensor> tensors) throws IOException {
            Path model = Files.createTempDirectory(folder, "model");
            for (Path file : files(base)) {
                Files.copy(file, model.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
            Files.write(
                    model.resolve("model.safetensors"),
                    new SafetensorsBuilder().addAll(tensors).bytes());
            return model;
        }
    }

    private void assertUntouched(PfmRun run, int exit, String reason) throws IOException {
        assertThat(run.exitCode()).as(run.err()).isEqualTo(exit);
        assertThat(run.out()).isEmpty();
        assertThat(run.err().lines()).hasSize(1);
        assertThat(run.err()).contains(reason);
        assertThat(names()).isEqualTo(before);
    }

    private List<String> names() throws IOException {
        try (Stream<Path> entries = Files.list(foundation)) {
            return entries.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }

    private static List<Path> files(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.sorted().toList();
        }
    }

    private static Map<String, List<Byte>> tree(Path directory) throws IOException {
        Map<String, List<Byte>> tree = new TreeMap<>();
        for (Path file : files(directory)) {
            List<Byte> bytes = new ArrayList<>();
            for (byte value : Files.readAllBytes(file)) {
                bytes.add(value);
            }
            tree.put(file.getFileName().toString(), bytes);
        }
        return tree;
    }

    private static Sha256 hash(Path model) {
        return ModelCheck.contentHash(LocalModelFiles.open(model), 1);
    }
}
