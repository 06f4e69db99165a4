/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** An upload in chunks, or with a length, whose caller sends as much as it likes and no end. */
final class HalfSentUpload implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 30_000;

    private final Socket socket;

    private HalfSentUpload(Socket socket) {
        this.socket = socket;
    }

    /**
     * Sends line and headers.
     *
     * @param header that says how long the body is, such as {@code Transfer-Encoding: chunked}
     */
    static HalfSentUpload begin(LiveService service, String learner, String header) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), service.port());
        socket.setSoTimeout(PATIENCE_MILLIS);
        HalfSentUpload upload = new HalfSentUpload(socket);
        upload.send(("PUT " + LiveService.NAMESPACES + "/" + learner + "/adapters/math HTTP/1.1\r\nHost: here\r\n"
                        + "X-API-Key: " + LiveService.KEY + "\r\nContent-Type: " + FormBody.TYPE + "\r\n" + header
                        + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
        return upload;
    }

    void send(byte[] bytes) throws IOException {
        OutputStream out = socket.getOutputStream();
        out.write(bytes);
        out.flush();
    }

    /** Sends one chunk. */
    void sendChunk(byte[] bytes) throws IOException {
        send((Integer.toHexString(bytes.length) + "\r\n").getBytes(StandardCharsets.US_ASCII));
        send(bytes);
        send("\r\n".getBytes(StandardCharsets.US_ASCII));
    }

    /** All of the answer until the service closes the connection, in lower case. */
    String answer() throws IOException {
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8).toLowerCase(Locale.ROOT);
    }

    /** Goes away. */
    @Override
    public void close() throws IOException {
        socket.close();
    }
}
