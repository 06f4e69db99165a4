/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest.contract;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Sends a call as it is written, from another address of this machine: the service counts failed attempts by address, and clients
 * of HTTP do not send all that breaks its rules.
 */
final class SocketSender {
    private static final int PATIENCE_MILLIS = 30_000;

    private final int port;
    private final int source;

    /** @param source the last byte of an address of this machine: 2 is {@code 127.0.0.2} */
    SocketSender(int port, int source) {
        this.port = port;
        this.source = source;
    }

    /** Sends it; a {@code Content-Length} that is given is not checked against the body. */
    Answer send(Call call) throws IOException {
        StringBuilder head = new StringBuilder(call.method() + " " + call.path() + " HTTP/1.1\r\n");
        Map<String, String> headers = new TreeMap<>(call.headers());
        headers.put("Host", "127.0.0.1:" + port);
        headers.putIfAbsent("Connection", "close");
        if (!call.body().isEmpty()) {
            headers.putIfAbsent("Content-Length", String.valueOf(call.body().length()));
        }
        headers.forEach(
                (name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        return send(head + "\r\n" + call.body());
    }

    /** Sends these bytes, one in each character. */
    Answer send(String bytes) throws IOException {
        try (Socket socket = new Socket()) {
            socket.bind(new InetSocketAddress(loopback(source), 0));
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.connect(new InetSocketAddress(loopback(1), port));
            socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().flush();
            return parse(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    private static InetAddress loopback(int last) throws IOException {
        return InetAddress.getByAddress(new byte[] {127, 0, 0, (byte) last});
    }

    private static Answer parse(String received) {
        String[] parts = received.split("\r\n\r\n", 2);
        String[] lines = parts[0].split("\r\n", -1);
        Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (int i = 1; i < lines.length; i++) {
            String[] header = lines[i].split(": *", 2);
            headers.computeIfAbsent(header[0], name -> new ArrayList<>()).add(header[1]);
        }
        return new Answer(Integer.parseInt(lines[0].split(" ", 3)[1]), headers, parts.length > 1 ? parts[1] : "");
    }
}
