/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.events;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Fixture: Redis as a plain producer has it, by the commands of its protocol, without a client library. */
public final class PlainRedis implements AutoCloseable {
    private final Socket socket;
    private final InputStream in;

    /** @param url as the server's fixture gives it, without a password */
    public PlainRedis(String url) throws IOException {
        URI uri = URI.create(url);
        socket = new Socket(uri.getHost(), uri.getPort());
        in = new BufferedInputStream(socket.getInputStream());
    }

    /** Runs a command; gives a text, a number as a text, a list of these, or null. */
    public @Nullable Object run(List<String> words) throws IOException {
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        request.writeBytes(("*" + words.size() + "\r\n").getBytes(StandardCharsets.UTF_8));
        for (String word : words) {
            byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
            request.writeBytes(("$" + bytes.length + "\r\n").getBytes(StandardCharsets.UTF_8));
            request.writeBytes(bytes);
            request.writeBytes("\r\n".getBytes(StandardCharsets.UTF_8));
        }
        socket.getOutputStream().write(request.toByteArray());
        return reply();
    }

    /** The values of all entries of a stream. */
    public List<String> values(String stream) throws IOException {
        List<String> values = new ArrayList<>();
        for (Object entry : (List<?>) run(List.of("XRANGE", stream, "-", "+"))) {
            List<?> fields = (List<?>) ((List<?>) entry).get(1);
            values.add((String) fields.get(fields.size() - 1));
        }
        return values;
    }

    private @Nullable Object reply() throws IOException {
        String line = line();
        String rest = line.substring(1);
        switch (line.charAt(0)) {
            case '+', ':' -> {
                return rest;
            }
            case '-' -> throw new IOException("Redis says " + rest);
            case '$' -> {
                int length = Integer.parseInt(rest);
                if (length < 0) {
                    return null;
                }
                String text = new String(in.readNBytes(length), StandardCharsets.UTF_8);
                line();
                return text;
            }
            case '*' -> {
                int length = Integer.parseInt(rest);
                if (length < 0) {
                    return null;
                }
                List<@Nullable Object> list = new ArrayList<>();
                for (int index = 0; index < length; index++) {
                    list.add(reply());
                }
                return list;
            }
            default -> throw new IOException("no reply: " + line);
        }
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = in.read(); next != '\r'; next = in.read()) {
            if (next < 0) {
                throw new IOException("the server has hung up");
            }
            line.write(next);
        }
        in.read();
        return line.toString(StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
