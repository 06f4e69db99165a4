/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.load;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;

/** A real PostgreSQL server of its own, which a test may stop and start again at the same port and with the same directory. Ends with the JVM at the latest. */
final class RestartablePostgres implements AutoCloseable {
    /** How a server is stopped. */
    enum Stop {
        /** Transactions under way are rolled back, and all is written. */
        FAST,
        /** As if it had crashed: it recovers from its log when it starts again. */
        IMMEDIATE
    }

    private final Path directory;
    private final int port;
    private final Thread atExit = new Thread(() -> stop(Stop.IMMEDIATE));
    private EmbeddedPostgres server;
    private boolean stopped;

    private RestartablePostgres(Path directory, int port) throws IOException {
        this.directory = directory;
        this.port = port;
        this.server = run();
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    /** Makes a server whose files are in a new directory. */
    static RestartablePostgres start(Path directory) throws IOException {
        return new RestartablePostgres(directory, freePort());
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private EmbeddedPostgres run() throws IOException {
        return EmbeddedPostgres.builder()
                .setDataDirectory(directory)
                .setCleanDataDirectory(false)
                .setRegisterShutdownHook(false)
                .setPort(port)
                .setServerConfig("synchronous_commit", "on")
                .start();
    }

    /** Where it is, running or not. */
    String url() {
        return "jdbc:postgresql://127.0.0.1:" + port + "/postgres?user=postgres";
    }

    /** Stops it and waits until it has ended. */
    synchronized void stop(Stop how) {
        if (stopped) {
            return;
        }
        stopped = true;
        try {
            if (how == Stop.IMMEDIATE) {
                quit();
            }
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void quit() throws IOException {
        String pid =
                Files.readAllLines(directory.resolve("postmaster.pid")).get(0).strip();
        ProcessHandle postmaster = ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
        new ProcessBuilder("kill", "-QUIT", pid).inheritIO().start();
        postmaster.onExit().join();
    }

    /** Starts it again. */
    synchronized void start() throws IOException {
        server = run();
        stopped = false;
    }

    @Override
    public void close() {
        Runtime.getRuntime().removeShutdownHook(atExit);
        stop(Stop.FAST);
    }
}
