/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.bus.redis;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import redis.embedded.core.ExecutableProvider;

/**
 * A real Redis server for tests: a process with a port and a directory of its own, which a test may kill and start again. Its program is that of
 * embedded-redis, or the one that {@code PFM_TEST_REDIS_SERVER} names. Ends with the JVM at the latest.
 */
public final class RedisServer implements AutoCloseable {
    private static final int ATTEMPTS = 10;

    private final List<String> settings;
    private final String scheme;
    private final String login;
    private final Path directory;
    private final Thread atExit = new Thread(this::end);
    private int port;
    private Process process;

    private RedisServer(Builder builder) {
        settings = List.copyOf(builder.settings);
        scheme = builder.tls ? "rediss" : "redis";
        login = builder.login;
        try {
            directory = Files.createTempDirectory("pfm-redis-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    /** A server without a password, which forgets everything when it ends. */
    public static RedisServer start() {
        return builder().start();
    }

    /** A server with settings. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * The URL of a server that tests share, each with a prefix of its own: the one that {@code PFM_TEST_REDIS_URL} names, or one that is started
     * once and ended with the JVM.
     */
    public static String sharedUrl() {
        return Shared.URL;
    }

    private static final class Shared {
        private static final String URL = url();

        private static String url() {
            String given = System.getenv("PFM_TEST_REDIS_URL");
            return given != null ? given : RedisServer.start().url();
        }
    }

    /** The program, unpacked once in each JVM. */
    private static final class Program {
        private static final Path FILE = file();

        private static Path file() {
            String given = System.getenv("PFM_TEST_REDIS_SERVER");
            if (given != null) {
                return Path.of(given);
            }
            try {
                Path place = Files.createTempDirectory("pfm-redis-program-");
                Path program = ExecutableProvider.newJarResourceProvider(place.toFile())
                        .get()
                        .toPath();
                Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(place)));
                return program;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Settings of a server. */
    public static final class Builder {
        private final List<String> settings = new ArrayList<>();
        private String login = "";
        private boolean tls;

        private Builder() {}

        /** It writes each change to its disk before it answers, and has them when it starts again. */
        public Builder appendOnly() {
            return setting("appendonly", "yes").setting("appendfsync", "always");
        }

        /** It wants a password, of letters and digits. */
        public Builder password(String password) {
            login = ":" + password + "@";
            return setting("requirepass", password);
        }

        /** It speaks TLS alone, with a certificate and a key as PEM files, and asks clients for none. */
        public Builder tls(Path certificate, Path key) {
            tls = true;
            return setting("tls-cert-file", certificate.toString())
                    .setting("tls-key-file", key.toString())
                    .setting("tls-ca-cert-file", certificate.toString())
                    .setting("tls-auth-clients", "no");
        }

        /** As in {@code redis.conf}. */
        public Builder setting(String name, String value) {
            settings.add("--" + name);
            settings.add(value);
            return this;
        }

        /** Starts the server and waits until it answers. */
        public RedisServer start() {
            RedisServer server = new RedisServer(this);
            for (int attempt = 1; !server.run(freePort()); attempt++) {
                // somebody else may have taken the port meanwhile
                if (attempt == ATTEMPTS) {
                    server.close();
                    throw new IllegalStateException("redis-server does not start: see standard output");
                }
            }
            return server;
        }
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private synchronized boolean run(int newPort) {
        port = newPort;
        List<String> command = new ArrayList<>(List.of(Program.FILE.toString(), "--bind", "127.0.0.1"));
        command.addAll(List.of(scheme.equals("redis") ? "--port" : "--tls-port", String.valueOf(port)));
        command.addAll(scheme.equals("redis") ? List.of() : List.of("--port", "0"));
        command.addAll(List.of("--dir", directory.toString(), "--save", ""));
        command.addAll(settings);
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
            return awaitReady(process);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean awaitReady(Process process) throws IOException {
        BufferedReader output =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        StringBuilder said = new StringBuilder();
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            said.append(line).append('\n');
            if (line.contains("eady to accept connections")) {
                Thread drain = new Thread(() -> output.lines().forEach(rest -> {}));
                drain.setDaemon(true);
                drain.setUncaughtExceptionHandler((thread, e) -> {});
                drain.start();
                return true;
            }
        }
        System.out.println(said);
        return false;
    }

    /** Where it is, with its password if it wants one. */
    public String url() {
        return url("");
    }

    /** The same for another host name, or login, of the same place. */
    public String url(String otherLogin) {
        return scheme + "://" + (otherLogin.isEmpty() ? login : otherLogin + "@") + "127.0.0.1:" + port;
    }

    /** Its port on the loopback interface. */
    public int port() {
        return port;
    }

    /** Ends its process as a power failure does, and waits until it has ended. */
    public synchronized void kill() {
        process.destroyForcibly();
        boolean interrupted = false;
        while (process.isAlive()) {
            try {
                process.waitFor();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Kills it, if it runs, and starts it at the same port and with the same directory. */
    public synchronized void restart() {
        kill();
        if (!run(port)) {
            throw new IllegalStateException("redis-server does not start again: see standard output");
        }
    }

    @Override
    public void close() {
        Runtime.getRuntime().removeShutdownHook(atExit);
        end();
    }

    private void end() {
        if (process != null) {
            kill();
        }
        delete(directory);
    }

    private static void delete(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
