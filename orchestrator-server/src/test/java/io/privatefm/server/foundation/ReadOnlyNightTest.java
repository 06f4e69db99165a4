/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.foundation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.core.InMemory;
import io.privatefm.core.Orchestrator;
import io.privatefm.modelstore.BlobDirectory;
import io.privatefm.modelstore.FoundationDirectory;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.Subject;
import io.privatefm.spi.checkpoint.Layout;
import io.privatefm.spi.checkpoint.Verification;
import io.privatefm.spi.merge.MergePolicy;
import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.testkit.FloatType;
import io.privatefm.testkit.TinyAdapters;
import io.privatefm.testkit.TinyModel;
import io.privatefm.testkit.TinyModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.ReadOnlyFileSystemException;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A foundation directory")
class ReadOnlyNightTest {
    private static final Subject MATH = Subject.of("math");
    private static final Subject READING = Subject.of("reading");

    @TempDir
    private Path folder;

    private final WatchedFileSystem watched = new WatchedFileSystem();

    @ParameterizedTest(name = "with a list of releases: {0}")
    @ValueSource(booleans = {true, false})
    @DisplayName("is opened for reading, and for nothing else, by nights, verifications and exports")
    void night(boolean listed) throws IOException {
        TinyModel model = TinyModels.gpt2(1, FloatType.F32);
        Path foundation = folder.resolve("foundation");
        model.writeTo(foundation.resolve("r1"));
        if (listed) {
            Files.writeString(
                    foundation.resolve("releases.json"), "{\"releases\": [{\"name\": \"r1\", \"path\": \"r1\"}]}");
        }
        try (Orchestrator pfm = Orchestrator.builder(
                        InMemory.store(),
                        BlobDirectory.at(folder.resolve("home")),
                        FoundationDirectory.at(watched.watch(foundation)))
                .keyVault(InMemory.vault())
                .build()) {
            for (String name : List.of("ada", "ben")) {
                LearnerId learner = LearnerId.of(name);
                MergePolicy policy =
                        name.equals("ada") ? MergePolicy.DEFAULT.withLayout(Layout.FULL) : MergePolicy.DEFAULT;
                pfm.namespaces().provision(learner, List.of(MATH, READING), policy);
                for (Subject subject : List.of(MATH, READING)) {
                    pfm.adapters()
                            .register(
                                    learner,
                                    subject,
                                    TinyAdapters.plain(model, name.hashCode() + subject.hashCode(), "c_attn")
                                            .files());
                }
            }
            assertThat(pfm.merges().runNight().merged()).isEqualTo(2);
            assertThat(pfm.merges().runNight().upToDate()).isEqualTo(2);
            for (String name : List.of("ada", "ben")) {
                LearnerId learner = LearnerId.of(name);
                CheckpointRow row = pfm.checkpoints().latest(learner).orElseThrow();
                assertThat(pfm.checkpoints().verify(learner, 1)).isInstanceOf(Verification.Intact.class);
                Sha256 hash = pfm.checkpoints().export(learner, 1, "math", folder.resolve(name));
                assertThat(hash).isEqualTo(row.variants().get(0).contentHash());
            }
            pfm.upkeep().sequenceAudit();
            pfm.upkeep().collectOrphans();
        }

        assertThat(watched.changes).isEmpty();
        assertThat(watched.reads).contains("model.safetensors", "config.json");
        assertThat(watched.reads.contains("releases.json")).isEqualTo(listed);
    }

    @Test
    @DisplayName("that is watched tells of everything that would change it")
    void watches() throws IOException {
        Path real = Files.writeString(folder.resolve("file"), "text");
        Path file = watched.watch(real);
        List<ThrowingCallable> changes = List.of(
                () -> Files.writeString(file, "other"),
                () -> Files.newByteChannel(file, StandardOpenOption.READ, StandardOpenOption.DELETE_ON_CLOSE),
                () -> Files.delete(file),
                () -> Files.move(file, file.resolveSibling("other")),
                () -> Files.createDirectory(file.resolveSibling("other")),
                () -> Files.createLink(file.resolveSibling("other"), file),
                () -> Files.setLastModifiedTime(file, Files.getLastModifiedTime(real)));
        for (ThrowingCallable change : changes) {
            assertThatThrownBy(change).isInstanceOf(ReadOnlyFileSystemException.class);
        }
        assertThat(watched.changes).hasSize(changes.size());
        assertThat(Files.readString(file)).isEqualTo("text");
    }
}
