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
 * What a JVM holds. Threads and open files are 0 where the machine does not tell.
 *
 * @param heapKilobytes that can be reached, as a full collection finds them
 */
record Footprint(long heapKilobytes, int threads, long files) {
    private static final Pattern TOTAL = Pattern.compile("(?m)^Total\\s+\\d+\\s+(\\d+)");
    private static final Pattern THREADS = Pattern.compile("Threads:\\s+(\\d+)");

    static Footprint of(long pid) throws IOException, InterruptedException {
        Matcher total = TOTAL.matcher(jcmd(pid, "GC.class_histogram"));
        assertThat(total.find()).isTrue();
        long live = Long.parseLong(total.group(1)) >> 10;
        Path process = Path.of("/proc", String.valueOf(pid));
        if (!Files.isDirectory(process)) {
            return new Footprint(live, 0, 0);
        }
        Matcher threads = THREADS.matcher(Files.readString(process.resolve("status")));
        assertThat(threads.find()).isTrue();
        try (Stream<Path> open = Files.list(process.resolve("fd"))) {
            return new Footprint(live, Integer.parseInt(threads.group(1)), open.count());
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
