/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.core.Orchestrator;
import io.privatefm.core.ReceiptCheck;
import io.privatefm.modelstore.BlobDirectory;
import io.privatefm.modelstore.FoundationDirectory;
import io.privatefm.spi.KeyDestroyedException;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.PfmException;
import io.privatefm.spi.checkpoint.Verification;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A learner whom pfm demo --delete-one deleted")
class DeletedLearnerTest {
    private static final LearnerId DELETED = LearnerId.of("derived-learner-0003");
    private static final String KEPT = "7d9f7c1e-5d3a-4b52-9c43-2f6a1d0e8b11";
    private static final int WINDOW = 16;

    @TempDir
    private Path dir;

    @Test
    @DisplayName("cannot be read in a copy of the data directory from before, is deleted there too, and stays deleted")
    void deleted() throws IOException {
        Path home = dir.resolve("home");
        Path copy = dir.resolve("copy");
        PfmRun.of("demo", "--learners", 3, "--home", home).assertDone();
        Path merged = dir.resolve("merged");
        PfmRun.of("export", "--home", home, "--learner", DELETED, "--variant", "math", "--out", merged)
                .assertDone();
        copy(home, copy);

        PfmRun deletion = PfmRun.of("demo", "--learners", 3, "--home", home, "--delete-one")
                .assertDone();

        assertThat(deletion.out()).contains("deleted " + DELETED + ": key ");
        Path receipt = Path.of(deletion.out().replaceAll("(?s).* --receipt (\\S+).*", "$1"));
        Path adapter =
                dir.resolve("home.clear/adapters").resolve(DELETED.value()).resolve("math");
        assertNoneOf(
                windows(List.of(adapter.resolve("adapter_model.safetensors"), merged.resolve("model.safetensors"))),
                List.of(home, copy));
        assertUnreadable(home, copy);
        assertReceipt(home, receipt);
        PfmRun again = PfmRun.of("demo", "--learners", 3, "--home", home).assertDone();
        assertThat(again.out())
                .contains(DELETED + " was deleted, and no event brings anybody back")
                .contains("verified 2 checkpoints: 0 damaged");
    }

    /** With the copy's database and blobs, and the keys as they are now. */
    private static void assertUnreadable(Path home, Path copy) {
        try (HomeDatabase database = HomeDatabase.open(copy, Optional.empty());
                Orchestrator pfm = Orchestrator.builder(
                                database.store(),
                                BlobDirectory.at(copy),
                                FoundationDirectory.at(DemoHome.foundation(copy)))
                        .keyVault(HomeKeys.open(home, Optional.empty()))
                        .build()) {
            NsUid uid = pfm.namespaces().get(DELETED).nsUid();
            assertThat(BlobDirectory.at(copy).list(uid)).isNotEmpty();
            assertThatThrownBy(() -> pfm.checkpoints().verify(DELETED, 1)).isInstanceOf(KeyDestroyedException.class);
            assertThatThrownBy(() -> pfm.checkpoints().export(DELETED, 1, "math", copy.resolve("stolen")))
                    .isInstanceOf(KeyDestroyedException.class);
            assertThatThrownBy(() -> pfm.namespaces().events(DELETED, 1, 10)).isInstanceOf(KeyDestroyedException.class);
            assertThat(pfm.checkpoints().verify(LearnerId.of(KEPT), 1)).isInstanceOf(Verification.Intact.class);

            assertThat(pfm.guardian().resume()).as("before it serves").isEqualTo(1);

            assertThat(pfm.namespaces().find(DELETED)).isEmpty();
            assertThat(BlobDirectory.at(copy).list(uid)).isEmpty();
            assertThat(pfm.checkpoints().verify(LearnerId.of(KEPT), 1)).isInstanceOf(Verification.Intact.class);
        }
    }

    private void assertReceipt(Path home, Path receipt) throws IOException {
        assertThat(PfmRun.of("audit", "verify", "--home", home, "--receipt", receipt)
                        .assertDone()
                        .out())
                .contains(
                        "intact: true",
                        "deleted: " + receipt.getFileName().toString().replace(".json", ""));
        String document = Files.readString(receipt).strip();
        for (int at = 0; at < document.length(); at += 7) {
            char other = document.charAt(at) == 'a' ? 'b' : 'a';
            String altered = document.substring(0, at) + other + document.substring(at + 1);
            assertThatThrownBy(() -> ReceiptCheck.verify(altered, HomeAudit.readKey(home)))
                    .as(altered)
                    .isInstanceOf(PfmException.class);
        }
        Path forged = dir.resolve("forged.json");
        Files.writeString(forged, document.replace("\"key_id\":\"", "\"key_id\":\"0"));
        assertThat(PfmRun.of("audit", "verify", "--home", home, "--receipt", forged)
                        .exitCode())
                .isEqualTo(ExitCode.VERIFICATION_FAILED);
    }

    /** Pieces of files, none of which is in the foundation. */
    private Set<ByteBuffer> windows(List<Path> files) throws IOException {
        Set<ByteBuffer> windows = new HashSet<>();
        for (Path file : files) {
            byte[] bytes = Files.readAllBytes(file);
            for (int at = bytes.length / 2 % WINDOW; at + WINDOW <= bytes.length; at += 997) {
                windows.add(ByteBuffer.wrap(bytes, at, WINDOW).slice());
            }
        }
        byte[] foundation = Files.readAllBytes(dir.resolve("home/foundation/release-1/model.safetensors"));
        windows.removeAll(found(windows, foundation));
        assertThat(windows).hasSizeGreaterThan(500);
        return windows;
    }

    private static void assertNoneOf(Set<ByteBuffer> windows, List<Path> folders) throws IOException {
        int files = 0;
        for (Path folder : folders) {
            for (Path file : files(folder)) {
                assertThat(found(windows, Files.readAllBytes(file)))
                        .as("%s", file)
                        .isEmpty();
                files++;
            }
        }
        assertThat(files).isGreaterThan(20);
    }

    private static Set<ByteBuffer> found(Set<ByteBuffer> windows, byte[] bytes) {
        Set<Long> beginnings = new HashSet<>();
        windows.forEach(window -> beginnings.add(window.getLong(0)));
        Set<ByteBuffer> found = new HashSet<>();
        ByteBuffer whole = ByteBuffer.wrap(bytes);
        for (int at = 0; at + WINDOW <= bytes.length; at++) {
            if (beginnings.contains(whole.getLong(at))) {
                ByteBuffer here = whole.slice(at, WINDOW);
                if (windows.contains(here)) {
                    found.add(here);
                }
            }
        }
        return found;
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> paths = Files.walk(folder)) {
            return new ArrayList<>(paths.filter(Files::isRegularFile).toList());
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> paths = Files.walk(from)) {
            for (Path path : paths.toList()) {
                Path target = to.resolve(from.relativize(path).toString());
                if (Files.isDirectory(path)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(path, target);
                }
            }
        }
    }
}
