/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.bus.redis;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/** Fixture: a wire to a port of this machine that a test may cut, or let hang so that neither end notices. */
final class Wire implements AutoCloseable {
    private enum State {
        WHOLE,
        CUT,
        /** Nothing comes through, in either direction. */
        SILENT,
        /** What is sent arrives, answers do not. */
        DEAF
    }

    private final int target;
    private final ServerSocket entrance;
    private final List<Socket> ends = new ArrayList<>();
    private State state = State.WHOLE;
    private int held;

    Wire(int target) throws IOException {
        this.target = target;
        entrance = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        start(this::accept);
    }

    String url() {
        return "redis://127.0.0.1:" + entrance.getLocalPort();
    }

    /** Breaks all connections and lets no new one through. */
    void cut() throws IOException {
        change(State.CUT);
        closeAll();
    }

    /** From now on nothing comes through, and nobody is told. */
    void silence() {
        change(State.SILENT);
    }

    /** From now on no answer comes through. */
    void deafen() {
        change(State.DEAF);
    }

    /** New connections work again; those that hang break. */
    void heal() throws IOException {
        closeAll();
        change(State.WHOLE);
    }

    /** Waits until something is held back. */
    synchronized void awaitHeld() throws InterruptedException {
        while (held == 0) {
            wait();
        }
    }

    private synchronized void change(State next) {
        state = next;
        held = 0;
        notifyAll();
    }

    private synchronized void closeAll() throws IOException {
        for (Socket end : ends) {
            end.close();
        }
        ends.clear();
        notifyAll();
    }

    private void accept() {
        try {
            while (true) {
                connect(entrance.accept());
            }
        } catch (IOException e) {
            // closed
        }
    }

    private synchronized void connect(Socket here) throws IOException {
        if (state == State.CUT) {
            here.close();
            return;
        }
        ends.add(here);
        try {
            Socket there = new Socket(InetAddress.getLoopbackAddress(), target);
            ends.add(there);
            start(() -> pass(here, there, false));
            start(() -> pass(there, here, true));
        } catch (IOException e) {
            here.close();
        }
    }

    private void pass(Socket from, Socket to, boolean answers) {
        byte[] buffer = new byte[8192];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                hold(from, answers);
                out.write(buffer, 0, read);
            }
        } catch (IOException e) {
            // the other end is closed by now
        }
    }

    private synchronized void hold(Socket from, boolean answers) throws IOException {
        while (state == State.SILENT || (state == State.DEAF && answers)) {
            if (from.isClosed()) {
                throw new IOException("broken");
            }
            held++;
            notifyAll();
            try {
                wait();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private static void start(Runnable work) {
        Thread thread = new Thread(work, "wire");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() {
        try {
            entrance.close();
            closeAll();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
