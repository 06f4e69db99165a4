/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A connection on which a test writes what it likes, one byte for each character. */
final class RawConnection implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 60_000;

    private final Socket socket;
    private final InputStream in;

    private RawConnection(Socket socket, int port) throws IOException {
        this.socket = socket;
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        socket.setSoTimeout(PATIENCE_MILLIS);
        in = new BufferedInputStream(socket.getInputStream(), 256);
    }

    static RawConnection to(int port) throws IOException {
        return new RawConnection(new Socket(), port);
    }

    /** One on whose way not much of an answer has room. */
    static RawConnection withSmallWindow(int port) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(4 << 10);
        return new RawConnection(socket, port);
    }

    /** An answer, its headers by their names in any case. */
    record Answer(int status, Map<String, String> headers, String body) {
        JsonNode json() throws IOException {
            return Json.MAPPER.readTree(body);
        }

        String header(String name) {
            return headers.getOrDefault(name, "");
        }
    }

    void send(String bytes) throws IOException {
        socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Says that nothing more comes. */
    void endSending() throws IOException {
        socket.shutdownOutput();
    }

    /** The next answer that is not an interim one; empty if the server has ended the connection. */
    Optional<Answer> answer() throws IOException {
        while (true) {
            String line = line();
            if (line == null) {
                return Optional.empty();
            }
            int status = Integer.parseInt(line.split(" ", 3)[1]);
            Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
            for (String header = must(line()); !header.isEmpty(); header = must(line())) {
                String[] parts = header.split(": *", 2);
                headers.merge(parts[0], parts[1], (one, other) -> one + ", " + other);
            }
            if (status >= 200) {
                return Optional.of(new Answer(status, headers, body(headers)));
            }
        }
    }

    private String body(Map<String, String> headers) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        if ("chunked".equalsIgnoreCase(headers.get("Transfer-Encoding"))) {
            for (int size = chunk(); size > 0; size = chunk()) {
                body.writeBytes(in.readNBytes(size));
                must(line());
            }
            must(line());
        } else if (headers.containsKey("Content-Length")) {
            body.writeBytes(in.readNBytes(Integer.parseInt(headers.get("Content-Length"))));
        } else {
            body.writeBytes(in.readAllBytes());
        }
        return body.toString(StandardCharsets.UTF_8);
    }

    private int chunk() throws IOException {
        return Integer.parseInt(must(line()), 16);
    }

    private static String must(String line) throws EOFException {
        if (line == null) {
            throw new EOFException("the answer ends too early");
        }
        return line;
    }

    /** The next line, without its end; null if the server has ended the connection. */
    String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                return null;
            }
            if (next != '\r') {
                line.append((char) next);
            }
        }
        return line.toString();
    }

    /** Whether something of an answer has come. */
    boolean hasAnswer() throws IOException {
        return in.available() > 0;
    }

    /** Reads a little of what is there. */
    void readSome() throws IOException {
        in.readNBytes(Math.min(256, in.available()));
    }

    /** Whether the server ends the connection: at the latest when the test's patience does. */
    boolean isEnded() {
        try {
            in.readAllBytes();
            return true;
        } catch (java.net.SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            return true; // it was reset
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
