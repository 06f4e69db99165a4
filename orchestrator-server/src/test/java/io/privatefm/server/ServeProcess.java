/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.privatefm.server.cli.Pfm;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code pfm serve --dev --port 0} in a JVM of its own, with this one's class path and no variable of its environment. Dies with this one. */
public final class ServeProcess implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 120;
    private static final int MOST_LINES = 20_000;
    private static final Pattern SERVING = Pattern.compile("serving at (http://127\\.0\\.0\\.1:[0-9]+)/.*");

    private final Process process;
    private final Thread hook;
    private final Thread reader;
    private final Deque<String> lines = new ArrayDeque<>();
    private final CountDownLatch serving = new CountDownLatch(1);
    private volatile String url = "";

    private ServeProcess(Process process) {
        this.process = process;
        this.hook = new Thread(process::destroyForcibly);
        this.reader = new Thread(this::read);
        Runtime.getRuntime().addShutdownHook(hook);
        reader.start();
    }

    /** Starts it, and waits until it serves, or has ended. */
    public static ServeProcess start(Path home, Map<String, String> environment)
            throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                Pfm.class.getName(),
                "serve",
                "--dev",
                "--port",
                "0",
                "--home",
                home.toString());
        builder.environment().clear();
        builder.environment().putAll(environment);
        ServeProcess started =
                new ServeProcess(builder.redirectErrorStream(true).start());
        started.serving.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
        return started;
    }

    /** Where it serves. */
    public String url() {
        assertThat(url).as("where it serves; it says: %s", lines()).isNotEmpty();
        return url;
    }

    /** How the machine calls its process. */
    public long pid() {
        return process.pid();
    }

    /** What it said, standard error included; the last of it, if that is very much. */
    public List<String> lines() {
        synchronized (lines) {
            return List.copyOf(lines);
        }
    }

    /** Tells it to end, as {@code kill} does. */
    public void terminate() {
        process.destroy();
    }

    /** Waits for its end and gives the exit code. */
    public int end() throws InterruptedException {
        assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS))
                .as("ended in time")
                .isTrue();
        reader.join();
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly();
        Runtime.getRuntime().removeShutdownHook(hook);
    }

    private void read() {
        try (BufferedReader output = process.inputReader()) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                synchronized (lines) {
                    lines.add(line);
                    if (lines.size() > MOST_LINES) {
                        lines.remove();
                    }
                }
                Matcher found = SERVING.matcher(line);
                if (found.matches()) {
                    url = found.group(1);
                    serving.countDown();
                }
            }
        } catch (IOException e) {
            // it was killed
        } finally {
            serving.countDown();
        }
    }
}
