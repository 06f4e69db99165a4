/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/**
 * A real web server on the loopback interface that serves bytes by path, with ranges and ETags, and misbehaves where it is
 * told to.
 */
final class ModelServer implements AutoCloseable {
    /** What was asked. */
    record Request(String path, Map<String, String> headers) {
        Optional<String> header(String name) {
            return Optional.ofNullable(headers.get(name.toLowerCase(Locale.ROOT)));
        }
    }

    /** What is done instead of serving the bytes. */
    @FunctionalInterface
    interface Fault {
        void answer(HttpExchange exchange, byte[] body) throws IOException;
    }

    static {
        System.setProperty("sun.net.httpserver.nodelay", "true"); // or each answer takes 40 ms, head and body apart
    }

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Map<String, byte[]> bodies = new ConcurrentHashMap<>();
    private final Map<String, Fault> faults = new ConcurrentHashMap<>();
    private final List<Request> requests = new CopyOnWriteArrayList<>();

    ModelServer() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** The same server by another name, which a client takes for another. */
    String otherUrl() {
        return "http://localhost:" + server.getAddress().getPort();
    }

    ModelServer put(String path, byte[] body) {
        bodies.put(path, body);
        return this;
    }

    ModelServer put(String path, String body) {
        return put(path, body.getBytes(StandardCharsets.UTF_8));
    }

    /** Serves a release of a registry, with its list of files. */
    ModelServer release(String path, Map<String, byte[]> files) {
        files.forEach((name, body) -> put("/" + path + "/" + name, body));
        String list = new TreeMap<>(files)
                .entrySet().stream()
                        .map(file -> "{\"name\":\"" + file.getKey() + "\",\"bytes\":" + file.getValue().length
                                + ",\"sha256\":\"" + TestFiles.sha256(file.getValue()) + "\"}")
                        .collect(Collectors.joining(",", "{\"files\":[", "]}"));
        return put("/" + path + "/files.json", list);
    }

    /** Serves a list of releases whose paths are their names. */
    ModelServer list(String... names) {
        return put(
                "/releases.json",
                Arrays.stream(names)
                        .map(name -> "{\"name\":\"" + name + "\",\"path\":\"" + name + "\"}")
                        .collect(Collectors.joining(",", "{\"releases\":[", "]}")));
    }

    ModelServer fault(String path, Fault fault) {
        faults.put(path, fault);
        return this;
    }

    void mend(String path) {
        faults.remove(path);
    }

    /** What was asked of a path, in order. */
    List<Request> requests(String path) {
        return requests.stream().filter(request -> request.path().equals(path)).toList();
    }

    List<Request> requests() {
        return new ArrayList<>(requests);
    }

    /** Blocks a handler until the server is closed. */
    void hang() {
        try {
            closed.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A fault: the first bytes, and then the connection breaks; ranges are honoured. */
    Fault cutAfter(int bytes) {
        return (exchange, body) -> {
            int start = start(exchange).orElse(0);
            head(exchange, body, start);
            exchange.getResponseBody().write(body, start, Math.min(bytes, body.length - start));
            exchange.getResponseBody().flush();
            exchange.close();
        };
    }

    /** A fault that goes away after so many times. */
    Fault times(int times, Fault fault) {
        AtomicInteger left = new AtomicInteger(times);
        return (exchange, body) -> {
            if (left.getAndDecrement() > 0) {
                fault.answer(exchange, body);
            } else {
                serve(exchange, body);
            }
        };
    }

    static Fault status(int status) {
        return (exchange, body) -> exchange.sendResponseHeaders(status, -1);
    }

    static Fault redirect(String location) {
        return (exchange, body) -> {
            exchange.getResponseHeaders().set("Location", location);
            exchange.sendResponseHeaders(302, -1);
        };
    }

    /** Serves as a good server does. */
    static void serve(HttpExchange exchange, byte[] body) throws IOException {
        String etag = etag(body);
        if (etag.equals(exchange.getRequestHeaders().getFirst("If-None-Match"))) {
            exchange.getResponseHeaders().set("ETag", etag);
            exchange.sendResponseHeaders(304, -1);
            return;
        }
        Optional<String> condition =
                Optional.ofNullable(exchange.getRequestHeaders().getFirst("If-Range"));
        int start = condition.map(etag::equals).orElse(true) ? start(exchange).orElse(0) : 0;
        if (start > 0 && start >= body.length) {
            exchange.sendResponseHeaders(416, -1);
            return;
        }
        head(exchange, body, start);
        if (body.length > start) {
            exchange.getResponseBody().write(body, start, body.length - start);
        }
    }

    /** The head of a good answer. */
    static void head(HttpExchange exchange, byte[] body, int start) throws IOException {
        exchange.getResponseHeaders().set("ETag", etag(body));
        if (start > 0) {
            exchange.getResponseHeaders()
                    .set("Content-Range", "bytes " + start + "-" + (body.length - 1) + "/" + body.length);
        }
        int left = body.length - start;
        exchange.sendResponseHeaders(start > 0 ? 206 : 200, left == 0 ? -1 : left);
    }

    private static Optional<Integer> start(HttpExchange exchange) {
        return Optional.ofNullable(exchange.getRequestHeaders().getFirst("Range"))
                .map(range -> Integer.valueOf(range.replaceAll("bytes=(\\d+)-", "$1")));
    }

    private static String etag(byte[] body) {
        return "\"" + TestFiles.sha256(body).hex().substring(0, 20) + "\"";
    }

    private void handle(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getRawPath();
        Map<String, String> headers = new TreeMap<>();
        exchange.getRequestHeaders()
                .forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), values.get(0)));
        requests.add(new Request(path, headers));
        byte[] body = bodies.get(path);
        Fault fault = faults.get(path);
        try (exchange) {
            if (fault != null) {
                fault.answer(exchange, body == null ? new byte[0] : body);
            } else if (body == null) {
                exchange.sendResponseHeaders(404, -1);
            } else {
                serve(exchange, body);
            }
        }
    }

    @Override
    public void close() {
        closed.countDown();
        server.stop(0);
        threads.shutdownNow();
    }
}
