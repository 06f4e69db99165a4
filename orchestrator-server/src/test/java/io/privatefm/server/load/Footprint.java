/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a JVM with the serial collector holds. Threads and open files are 0 where the machine does not tell.
 *
 * @param heapKilobytes in use after a full collection
 */
record Footprint(long heapKilobytes, int threads, long files) {
    private static final Pattern GENERATION = Pattern.compile("generation\\s+total \\d+K, used (\\d+)K");
    private static final Pattern THREADS = Pattern.compile("Threads:\\s+(\\d+)");

    static Footprint of(long pid) throws IOException, InterruptedException {
        jcmd(pid, "GC.run");
        jcmd(pid, "GC.run"); // what was only kept by a finalizer or a reference of another kind
        Matcher generation = GENERATION.matcher(jcmd(pid, "GC.heap_info"));
        long heap = 0;
        while (generation.find()) {
            heap += Long.parseLong(generation.group(1));
        }
        assertThat(heap).isPositive();
        Path process = Path.of("/proc", String.valueOf(pid));
        if (!Files.isDirectory(process)) {
            return new Footprint(heap, 0, 0);
        }
        Matcher threads = THREADS.matcher(Files.readString(process.resolve("status")));
        assertThat(threads.find()).isTrue();
        try (Stream<Path> open = Files.list(process.resolve("fd"))) {
            return new Footprint(heap, Integer.parseInt(threads.group(1)), open.count());
        }
    }

    private static String jcmd(long pid, String command) throws IOException, InterruptedException {
        Process run = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                        String.valueOf(pid),
                        command)
                .redirectErrorStream(true)
                .start();
        String said = new String(run.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(run.waitFor()).as(said).isZero();
        return said;
    }
}
