/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A wire to a port of this machine on which a test may let everything stand still: nobody is told, and nothing is lost. */
final class StillWire implements AutoCloseable {
    private final int target;
    private final ServerSocket entrance;
    private final Queue<Socket> ends = new ConcurrentLinkedQueue<>();
    private boolean still;

    private StillWire(int target) throws IOException {
        this.target = target;
        entrance = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    static StillWire to(int target) throws IOException {
        StillWire wire = new StillWire(target);
        daemon(wire::accept);
        return wire;
    }

    int port() {
        return entrance.getLocalPort();
    }

    /** From now on nothing comes through. */
    synchronized void still() {
        still = true;
    }

    /** Everything comes through again, and what stood still too. */
    synchronized void flow() {
        still = false;
        notifyAll();
    }

    private synchronized void pass() throws InterruptedException {
        while (still) {
            wait();
        }
    }

    private void accept() throws IOException {
        while (!entrance.isClosed()) {
            Socket near = entrance.accept();
            Socket far = new Socket(InetAddress.getLoopbackAddress(), target);
            ends.add(near);
            ends.add(far);
            daemon(() -> copy(near, far));
            daemon(() -> copy(far, near));
        }
    }

    private void copy(Socket from, Socket to) throws IOException, InterruptedException {
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] some = new byte[8192];
            for (int read = in.read(some); read >= 0; read = in.read(some)) {
                pass();
                out.write(some, 0, read);
            }
        }
    }

    /** What a thread does until its sockets are closed. */
    private interface Work {
        void run() throws IOException, InterruptedException;
    }

    private static void daemon(Work work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (IOException | InterruptedException e) {
                // the wire's end
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        flow();
        entrance.close();
        for (Socket end : ends) {
            end.close();
        }
    }
}
