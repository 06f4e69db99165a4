/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.privatefm.testkit.FloatType;
import io.privatefm.testkit.SafetensorsContent;
import io.privatefm.testkit.TinyAdapters;
import io.privatefm.testkit.TinyModel;
import io.privatefm.testkit.TinyModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("pfm verify of a merged directory")
class VerifyCommandTest {
    private static final long SEED = 8_128;
    private static final int FLIPS_PER_FILE = 80;
    private static final String LISTING = "pfm-tree.json";

    @TempDir
    Path dir;

    private Workbench bench;

    @BeforeEach
    void bench(TestReporter reporter) {
        bench = new Workbench(dir);
        reporter.publishEntry("seed", Long.toString(SEED));
    }

    /** In one file, or in several with an index. */
    private Workbench.Merged merge(boolean sharded) {
        TinyModel model = TinyModels.llama(SEED, FloatType.BF16, false);
        return bench.merge(
                model,
                TinyAdapters.plain(model, SEED, "q_proj", "v_proj"),
                "--max-shard-size",
                sharded ? "6000" : "1000000");
    }

    private static PfmRun verify(Path directory, String hash) {
        return PfmRun.of("verify", directory, "--hash", hash, "--json");
    }

    private static List<Path> files(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.sorted().toList();
        }
    }

    private static List<String> damagedTensors(PfmRun run) {
        List<String> names = new ArrayList<>();
        for (JsonNode damage : run.json().path("damages")) {
            if (damage.path("tensor").isTextual()) {
                names.add(damage.path("tensor").textValue());
            }
        }
        return names;
    }

    private static void assertDamaged(PfmRun run, String what) {
        assertThat(run.exitCode()).as(what).isEqualTo(1);
        assertThat(run.json().path("intact").asBoolean(true)).as(what).isFalse();
        assertThat(run.err()).as(what).startsWith("pfm: damaged: ");
    }

    @ParameterizedTest(name = "sharded: {0}")
    @ValueSource(booleans = {false, true})
    @DisplayName("finds it intact, as often as it is asked")
    void intact(boolean sharded) throws IOException {
        Workbench.Merged merged = merge(sharded);
        assertThat(files(merged.directory())).hasSize(sharded ? 8 : 3);

        for (int i = 0; i < 2; i++) {
            PfmRun run = verify(merged.directory(), merged.hash()).assertDone();
            assertThat(run.json().path("intact").booleanValue()).isTrue();
            assertThat(run.err()).isEmpty();
        }
        assertThat(PfmRun.of("verify", merged.directory(), "--hash", merged.hash())
                        .assertDone()
                        .out()
                        .strip())
                .isEqualTo("intact: " + merged.hash());
        assertThat(PfmRun.of("hash", merged.directory()).assertDone().out().strip())
                .isEqualTo(merged.hash());
    }

    @ParameterizedTest(name = "sharded: {0}")
    @ValueSource(booleans = {false, true})
    @DisplayName("finds every flipped bit in every file, and names the tensor whose data it is in")
    void everyFlip(boolean sharded) throws IOException {
        Workbench.Merged merged = merge(sharded);
        List<String> missed = new ArrayList<>();
        int flips = 0;
        for (Path file : files(merged.directory())) {
            String name = file.getFileName().toString();
            byte[] sound = Files.readAllBytes(file);
            Map<String, SafetensorsContent.Range> ranges = name.endsWith(".safetensors")
                    ? SafetensorsContent.parse(sound).ranges()
                    : Map.of();
            for (int bit : bits(name, sound.length, ranges)) {
                flips++;
                byte[] flipped = sound.clone();
                flipped[bit / 8] ^= (byte) (1 << bit % 8);
                Files.write(file, flipped);
                PfmRun run = verify(merged.directory(), merged.hash());
                String what = "bit " + bit % 8 + " of byte " + bit / 8 + " of " + name;
                if (run.exitCode() == 0) {
                    missed.add(what + ", in …" + around(sound, bit / 8) + "…");
                } else {
                    assertDamaged(run, what);
                    tensorAt(ranges, bit / 8)
                            .ifPresent(tensor ->
                                    assertThat(damagedTensors(run)).as(what).containsExactly(tensor));
                }
            }
            Files.write(file, sound);
        }
        assertThat(flips).isGreaterThan(sharded ? 600 : 250);
        assertThat(missed).as("flips that verify calls intact, of " + flips).isEmpty();
        verify(merged.directory(), merged.hash()).assertDone();
    }

    /** Random bits of a file; of safetensors files, half of them in the header, and its length and last byte always. */
    private static List<Integer> bits(String name, int bytes, Map<String, SafetensorsContent.Range> ranges) {
        SplittableRandom random = new SplittableRandom(SEED + name.hashCode());
        int header = ranges.values().stream()
                .mapToInt(SafetensorsContent.Range::begin)
                .min()
                .orElse(bytes);
        List<Integer> bits = new ArrayList<>(List.of(0, 8 * bytes - 1, 8 * header - 1));
        for (int i = 0; i < FLIPS_PER_FILE; i++) {
            bits.add(random.nextInt(8 * (i % 2 == 0 ? header : bytes)));
        }
        for (int i = 0; i < 8; i++) {
            bits.add(8 * i + random.nextInt(8));
        }
        return bits;
    }

    private static java.util.Optional<String> tensorAt(Map<String, SafetensorsContent.Range> ranges, int at) {
        return ranges.entrySet().stream()
                .filter(entry ->
                        entry.getValue().begin() <= at && at < entry.getValue().end())
                .map(Map.Entry::getKey)
                .findFirst();
    }

    private static String around(byte[] bytes, int at) {
        return new String(
                Arrays.copyOfRange(bytes, Math.max(0, at - 12), Math.min(bytes.length, at + 12)),
                java.nio.charset.StandardCharsets.ISO_8859_1);
    }

    @Test
    @DisplayName("finds every flipped bit in the fields of pfm-tree.json that no tensor and no file depends on")
    void listingFields() throws IOException {
        Workbench.Merged merged = merge(false);
        Path listing = merged.directory().resolve(LISTING);
        String sound = Files.readString(listing);
        for (String field : List.of("\"content_hash\":\"", "\"format\":\"", "\"files\":", "\"tensors\":")) {
            int at = sound.indexOf(field);
            assertThat(at).as(field).isNotNegative();
            for (int i : new int[] {2, field.length() + 1}) {
                StringBuilder changed = new StringBuilder(sound);
                changed.setCharAt(at + i, (char) (sound.charAt(at + i) ^ 1));
                Files.writeString(listing, changed);

                assertDamaged(verify(merged.directory(), merged.hash()), changed.substring(at, at + i + 2));
            }
        }
    }

    @ParameterizedTest(name = "sharded: {0}")
    @ValueSource(booleans = {false, true})
    @DisplayName("misses every file that is gone or cut short")
    void missingAndTruncated(boolean sharded) throws IOException {
        Workbench.Merged merged = merge(sharded);
        for (Path file : files(merged.directory())) {
            String name = file.getFileName().toString();
            byte[] sound = Files.readAllBytes(file);
            for (int length : new int[] {0, 1, 7, sound.length / 2, sound.length - 1}) {
                Files.write(file, Arrays.copyOf(sound, length));
                assertDamaged(verify(merged.directory(), merged.hash()), length + " bytes of " + name);
            }
            Files.write(file, Arrays.copyOf(sound, sound.length + 1));
            assertDamaged(verify(merged.directory(), merged.hash()), "a byte more of " + name);
            Files.delete(file);
            if (!name.equals(LISTING)) {
                // without the listing it is a model directory as anybody's, which its hash alone vouches for
                assertDamaged(verify(merged.directory(), merged.hash()), "no " + name);
            }
            Files.write(file, sound);
        }
        verify(merged.directory(), merged.hash()).assertDone();
    }

    @Test
    @DisplayName("vouches for the tensors of a directory without a listing, by the hash alone")
    void foreignDirectory() throws IOException {
        Workbench.Merged merged = merge(false);
        Files.delete(merged.directory().resolve(LISTING));
        verify(merged.directory(), merged.hash()).assertDone();

        Path file = merged.directory().resolve("model.safetensors");
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - 1] ^= 1;
        Files.write(file, bytes);

        assertDamaged(verify(merged.directory(), merged.hash()), "a flip in a foreign directory");
    }

    @Test
    @DisplayName("exits 1 when it is intact, but another model")
    void wrongHash() {
        Workbench.Merged merged = merge(false);
        String other =
                (merged.hash().charAt(0) == '0' ? "1" : "0") + merged.hash().substring(1);

        assertDamaged(verify(merged.directory(), other), "another hash");
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"", "abc", "zz", "0x00"})
    @DisplayName("exits 2 when the hash is malformed:")
    void malformedHash(String hash) {
        Workbench.Merged merged = merge(false);

        verify(merged.directory(), hash).assertRefused("64");
        verify(merged.directory(), merged.hash().toUpperCase(java.util.Locale.ROOT))
                .assertRefused("64");
        verify(merged.directory(), merged.hash() + "0").assertRefused("64");
    }

    @Test
    @DisplayName("exits 2 when there is no such directory")
    void noDirectory() {
        Path nowhere = bench.fresh("nowhere");

        verify(nowhere, "0".repeat(64)).assertRefused(nowhere.toString());
    }
}
