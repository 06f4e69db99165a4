/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.fault;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A JVM of its own, with this one's class path. Dies with this one. */
public final class ChildJvm implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 120;

    private final Process process;
    private final Thread hook;
    private final Thread reader;
    private final List<String> lines = new ArrayList<>();
    private final CountDownLatch started = new CountDownLatch(1);

    private ChildJvm(Process process, String startedBy) {
        this.process = process;
        this.hook = new Thread(process::destroyForcibly);
        this.reader = new Thread(() -> read(startedBy));
        Runtime.getRuntime().addShutdownHook(hook);
        reader.start();
    }

    /**
     * Starts a main class.
     *
     * @param startedBy the line that says that it has begun
     */
    public static ChildJvm start(Class<?> main, String startedBy, List<String> args) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        command.addAll(args);
        return new ChildJvm(
                new ProcessBuilder(command).redirectErrorStream(true).start(), startedBy);
    }

    /** Lets it run for a while after it has begun, and kills it if it has not ended by then. */
    void killAfter(long nanos) throws InterruptedException {
        started.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (!process.waitFor(nanos, TimeUnit.NANOSECONDS)) {
            process.destroyForcibly();
        }
        end();
    }

    /** Waits for its end and gives the exit code. */
    public int end() throws InterruptedException {
        assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS))
                .as("ended in time")
                .isTrue();
        reader.join();
        return process.exitValue();
    }

    /** What it said, standard error included. */
    public List<String> lines() {
        synchronized (lines) {
            return List.copyOf(lines);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        Runtime.getRuntime().removeShutdownHook(hook);
    }

    private void read(String startedBy) {
        try (BufferedReader output = process.inputReader()) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                synchronized (lines) {
                    lines.add(line);
                }
                if (line.contains(startedBy)) {
                    started.countDown();
                }
            }
        } catch (IOException e) {
            // it was killed
        } finally {
            started.countDown();
        }
    }
}
