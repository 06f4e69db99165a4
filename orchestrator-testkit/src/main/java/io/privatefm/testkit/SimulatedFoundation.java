/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.testkit;

import io.privatefm.spi.CorruptDataException;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.UnavailableException;
import io.privatefm.spi.files.ModelFiles;
import io.privatefm.spi.files.RangedFile;
import io.privatefm.spi.foundation.FoundationRelease;
import io.privatefm.spi.foundation.FoundationStore;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * A simulated foundation store: tiny seeded releases that appear at their times, and whatever a real one does wrong for a while: it takes
 * long, does not answer, gives other bytes or too few. The same seed gives the same releases. For use by one thread.
 */
public final class SimulatedFoundation implements FoundationStore {
    private static final int WRONG = 1_000_000;

    private final SimulatedTime time;
    private final long seed;
    private final List<Instant> appear = new ArrayList<>();
    private final Map<Integer, TinyModel> models = new TreeMap<>();
    private final Map<Integer, MemoryFiles> files = new TreeMap<>();
    private final Map<Integer, Optional<Sha256>> promised = new TreeMap<>();
    private Function<ModelFiles, Optional<Sha256>> promise = model -> Optional.empty();
    private Duration latency = Duration.ZERO;
    private Instant downUntil = Instant.MIN;
    private Instant wrongUntil = Instant.MIN;
    private Instant cutUntil = Instant.MIN;

    /** A store with one release, {@code r1}. */
    public SimulatedFoundation(SimulatedTime time, long seed) {
        this.time = time;
        this.seed = seed;
        appear.add(time.instant());
    }

    /**
     * Lets the next release appear.
     *
     * @param at not before those that were set before; a time that has come means now
     * @return its name
     */
    public String releaseAt(Instant at) {
        Instant last = appear.get(appear.size() - 1);
        appear.add(at.isBefore(last) ? last : at);
        return name(appear.size());
    }

    /** The release that is the newest now. */
    public String newest() {
        return name(
                (int) appear.stream().filter(at -> !at.isAfter(time.instant())).count());
    }

    /** The model that a release is, for making adapters. */
    public TinyModel model(String release) {
        return model(number(release));
    }

    /**
     * Promises content hashes from now on, so that wrong bytes are found out even where a release is met for the first time.
     *
     * @param contentHash computes one, such as {@code files -> ModelCheck.contentHash(files, 1)}
     */
    public SimulatedFoundation promising(Function<ModelFiles, Sha256> contentHash) {
        promised.clear();
        promise = model -> Optional.of(contentHash.apply(model));
        return this;
    }

    /** How long each answer takes from now on, in simulated time. */
    public SimulatedFoundation latency(Duration each) {
        latency = each;
        return this;
    }

    /** It does not answer for a while. */
    public void unavailableFor(Duration length) {
        downUntil = time.instant().plus(length);
    }

    /** It gives the bytes of other models for a while, under the releases' names. */
    public void wrongFor(Duration length) {
        wrongUntil = time.instant().plus(length);
    }

    /** Its files end too early for a while. */
    public void truncatedFor(Duration length) {
        cutUntil = time.instant().plus(length);
    }

    /** Ends whatever is wrong. Releases that are to appear still do. */
    public void heal() {
        downUntil = Instant.MIN;
        wrongUntil = Instant.MIN;
        cutUntil = Instant.MIN;
    }

    @Override
    public List<FoundationRelease> releases() {
        answer();
        List<FoundationRelease> releases = new ArrayList<>();
        for (Instant at : appear) {
            if (!at.isAfter(time.instant())) {
                int ordinal = releases.size() + 1;
                releases.add(new FoundationRelease(ordinal, name(ordinal), promise(ordinal)));
            }
        }
        return List.copyOf(releases);
    }

    @Override
    public ModelFiles open(FoundationRelease release) {
        answer();
        int number = number(release.name());
        boolean wrong = time.instant().isBefore(wrongUntil);
        return new Files(files(wrong ? number + WRONG : number));
    }

    private void answer() {
        time.advance(latency);
        if (time.instant().isBefore(downUntil)) {
            throw new UnavailableException("the simulated foundation store does not answer before " + downUntil);
        }
    }

    private TinyModel model(int number) {
        return models.computeIfAbsent(number, key -> TinyModels.gpt2(seed * 31 + key, FloatType.BF16));
    }

    private Optional<Sha256> promise(int number) {
        return promised.computeIfAbsent(number, key -> promise.apply(files(key)));
    }

    private MemoryFiles files(int number) {
        return files.computeIfAbsent(number, key -> model(key).files());
    }

    private static String name(int number) {
        return "r" + number;
    }

    private static int number(String release) {
        return Integer.parseInt(release.substring(1));
    }

    /** A release's files, as they are given at each moment. */
    private final class Files implements ModelFiles {
        private final ModelFiles files;

        Files(ModelFiles files) {
            this.files = files;
        }

        @Override
        public String location() {
            return "simulated " + files.location();
        }

        @Override
        public List<String> names() {
            return files.names();
        }

        @Override
        public RangedFile open(String name) {
            answer();
            return new File(files.open(name));
        }

        @Override
        public void close() {
            files.close();
        }
    }

    private final class File implements RangedFile {
        private final RangedFile file;

        File(RangedFile file) {
            this.file = file;
        }

        @Override
        public long size() {
            return file.size();
        }

        @Override
        public void read(long position, ByteBuffer target) {
            answer();
            if (time.instant().isBefore(cutUntil) && position + target.remaining() > size() / 2) {
                throw new CorruptDataException("the simulated file ends at " + size() / 2 + " of " + size() + " bytes");
            }
            file.read(position, target);
        }

        @Override
        public void close() {
            file.close();
        }
    }
}
