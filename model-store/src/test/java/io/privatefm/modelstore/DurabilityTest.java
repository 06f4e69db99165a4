/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.privatefm.spi.NsUid;
import io.privatefm.spi.PfmException;
import io.privatefm.spi.blob.BlobWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("What the system is asked for when a blob is committed (seen by strace)")
class DurabilityTest {
    private static final String NAMESPACE = "0123456789abcdef0123456789abcdef";
    private static final String NAME = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
    private static final String FOLDER = "blobs/" + NAMESPACE + "/2c";
    private static final Pattern CALL =
            Pattern.compile("\\d+ +(open|mkdir|fsync|rename|close)(?:at2?)?\\((?:[^\"]*\"([^\"]+)\"|\\d+<([^>]+)>).*");

    @TempDir
    Path dir;

    private Path root;

    @BeforeEach
    void root() throws Exception {
        root = TestFiles.folder(dir.toRealPath().resolve("store"));
        assumeTrue(canTrace(), "strace, and leave to use it");
    }

    @Test
    @DisplayName("forces the file before the move, each parent after its new folder, the blob's folder after the move")
    void order() throws Exception {
        assertThat(commit()).isEqualTo(NAME);

        assertThat(callsOfCommit())
                .containsExactly(
                        "open staging/TMP",
                        "fsync staging/TMP",
                        "close staging/TMP",
                        "open blobs",
                        "mkdir blobs/" + NAMESPACE,
                        "fsync blobs",
                        "close blobs",
                        "open blobs/" + NAMESPACE,
                        "mkdir " + FOLDER,
                        "fsync blobs/" + NAMESPACE,
                        "close blobs/" + NAMESPACE,
                        "open " + FOLDER,
                        "rename staging/TMP",
                        "fsync " + FOLDER,
                        "close " + FOLDER);
    }

    @Test
    @DisplayName("forces the folder of a blob that was there as well, and moves nothing onto it")
    void orderOfSecondCommit() throws Exception {
        commit();

        assertThat(commit()).isEqualTo(NAME);

        assertThat(callsOfCommit())
                .containsSubsequence(
                        "fsync staging/TMP",
                        "fsync blobs",
                        "fsync blobs/" + NAMESPACE,
                        "open " + FOLDER + "/" + NAME,
                        "fsync " + FOLDER,
                        "close " + FOLDER)
                .noneMatch(call -> call.startsWith("rename"));
    }

    @Test
    @DisplayName("is never asked to force the file again after that failed, and no name appears")
    void forceOfFileFails() throws Exception {
        commit(); // so that the folders are there
        Files.delete(root.resolve(FOLDER).resolve(NAME));

        // when it is opened, the store forces the folder that its root is in, and its root three times
        assertThat(commit("-e", "inject=fsync:error=EIO:when=5"))
                .startsWith("UnavailableException: cannot make durable " + root.resolve("staging"))
                .endsWith("Input/output error");

        assertThat(callsOfCommit()).containsExactly("open staging/TMP", "fsync staging/TMP", "close staging/TMP");
        assertThat(TestFiles.below(root)).isEmpty();
    }

    @Test
    @DisplayName(
            "fails the commit if it refuses any of it; what is staged goes, and the same bytes can be stored later")
    void anyCallFails() throws Exception {
        List<String> refusals = List.of(
                "rename,?renameat,?renameat2:error=ENOSPC",
                "fsync:error=EIO:when=6",
                "fsync:error=EIO:when=7",
                "fsync:error=EIO:when=8");
        for (String refusal : refusals) {
            assertThat(commit("-e", "inject=?" + refusal))
                    .as(refusal)
                    .startsWith("UnavailableException: cannot store "
                            + root.resolve(FOLDER).resolve(NAME))
                    .containsPattern("Input/output error|No space left on device");
            assertThat(TestFiles.below(root.resolve("staging"))).isEmpty();
        }
        assertThat(commit()).isEqualTo(NAME);
    }

    /** Commits "hello" in a JVM of its own; what it printed. */
    private String commit(String... options) throws Exception {
        List<String> command = new ArrayList<>(List.of("strace", "-f", "-y", "-o", trace().toString()));
        command.addAll(List.of("-e", "signal=none", "-e"));
        command.add("trace=?openat,?open,?mkdir,?mkdirat,?fsync,?rename,?renameat,?renameat2,?close");
        command.addAll(List.of(options));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xshare:auto", "-XX:TieredStopAtLevel=1", "-cp"));
        command.add(System.getProperty("java.class.path"));
        command.addAll(List.of(Child.class.getName(), root.toString()));
        return run(command).strip();
    }

    /** The calls on paths in the store, from the creation of the staging file. */
    private List<String> callsOfCommit() throws IOException {
        List<String> calls = new ArrayList<>();
        for (String line : Files.readAllLines(trace())) {
            Matcher call = CALL.matcher(line);
            if (call.matches()) {
                String path = call.group(2) == null ? call.group(3) : call.group(2);
                if (path.startsWith(root + "/") && !(calls.isEmpty() && !path.endsWith(".tmp"))) {
                    calls.add(call.group(1)
                            + " "
                            + root.relativize(Path.of(path)).toString().replaceFirst("staging/.*", "staging/TMP"));
                }
            }
        }
        return calls;
    }

    private Path trace() {
        return dir.resolve("trace");
    }

    private static boolean canTrace() throws InterruptedException {
        try {
            return run(List.of("strace", "-o", "/dev/null", "echo", "traced")).startsWith("traced");
        } catch (IOException e) {
            return false;
        }
    }

    private static String run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (var output = process.getInputStream()) {
            String text = new String(output.readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            return text;
        } finally {
            process.destroyForcibly();
        }
    }

    /** Commits one blob. */
    static final class Child {
        private Child() {}

        public static void main(String[] args) {
            try (BlobWriter writer = BlobDirectory.at(Path.of(args[0])).create(new NsUid(NAMESPACE), 5)) {
                writer.write(ByteBuffer.wrap("hello".getBytes(StandardCharsets.US_ASCII)));
                System.out.println(writer.commit());
            } catch (PfmException e) {
                System.out.println(e.getClass().getSimpleName() + ": " + e.getMessage());
            }
        }
    }
}
