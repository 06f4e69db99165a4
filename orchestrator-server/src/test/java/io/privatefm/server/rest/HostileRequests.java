/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Supplier;

/** Requests none of which may succeed, one byte for each character: what breaks HTTP, and what HTTP takes and the service must not. */
final class HostileRequests {
    private static final String BOUNDARY = "0e8b11";
    private static final String ADAPTER = "/api/v1/namespaces/" + OpenServer.LEARNER + "/adapters/math";

    /** Takes bodies of JSON; each field of {@link #JSON} is wrong there. */
    private static final List<String> TARGETS = List.of(
            "POST /api/v1/namespaces",
            "POST /api/v1/namespaces/ada/fallback",
            "POST /api/v1/namespaces/ada/merge",
            "PUT /api/v1/namespaces/ada/legal-hold",
            "PUT " + ADAPTER);

    /** Those of them that may not be called without a body. */
    private static final List<String> STRICT = List.of("POST /api/v1/namespaces", "PUT " + ADAPTER);

    private static final String JSON =
            "{\"learner_id\": \"\", \"subjects\": [\"math\"], \"version\": 0, \"sha256\": 1}";

    private final TreeMap<String, Supplier<String>> kinds = new TreeMap<>();
    private final Random random;

    HostileRequests(Random random) {
        this.random = random;
        kinds.put("method", () -> request(oneOf(methods()) + " /api/v1/nothing", "", ""));
        kinds.put("path", () -> request("GET " + path(), "", ""));
        kinds.put(
                "query",
                () -> request("GET /api/v1/namespaces?nothing=" + pathPiece() + "&limit=" + pathPiece(), "", ""));
        kinds.put("header", () -> request("GET /api/v1/nothing", oneOf(headers()), ""));
        kinds.put("length", this::length);
        kinds.put("chunks", this::chunks);
        kinds.put("bytes for JSON", () -> json(bytes(random.nextInt(3_000))));
        kinds.put("cut JSON", () -> json(JSON.substring(0, random.nextInt(JSON.length() - 1))));
        kinds.put(
                "deep JSON",
                () -> json(oneOf(List.of("[", "{\"a\":", "{\"version\":[")).repeat(1 + random.nextInt(9_000))));
        kinds.put("odd JSON", () -> json(oneOf(odd())));
        kinds.put("form", this::form);
        kinds.put("protocol", () -> oneOf(protocols()));
        kinds.put("cut", () -> cut(json(JSON)));
        kinds.put("changed", () -> changed(request(oneOf(STRICT), "Content-Type: application/json\r\n", JSON)));
    }

    /** A request and the name of its kind. */
    record Hostile(String kind, String bytes) {}

    Hostile next() {
        String kind = oneOf(List.copyOf(kinds.keySet()));
        return new Hostile(kind, kinds.get(kind).get());
    }

    /** Bodies that clients of HTTP send as well. */
    String body() {
        return oneOf(List.of(
                bytes(random.nextInt(3_000)),
                JSON.substring(0, random.nextInt(JSON.length() - 1)),
                "[".repeat(1 + random.nextInt(9_000)),
                oneOf(odd())));
    }

    private <T> T oneOf(List<T> all) {
        return all.get(random.nextInt(all.size()));
    }

    private String bytes(int count) {
        StringBuilder bytes = new StringBuilder();
        for (int i = 0; i < count; i++) {
            bytes.append((char) random.nextInt(256));
        }
        return bytes.toString();
    }

    private static String request(String line, String headers, String body) {
        String length = body.isEmpty() ? "" : "Content-Length: " + body.length() + "\r\n";
        return line + " HTTP/1.1\r\nHost: localhost\r\n" + headers + length + "\r\n" + body;
    }

    private String json(String body) {
        return request(oneOf(TARGETS), "Content-Type: application/json\r\n", body.isEmpty() ? "{" : body);
    }

    private List<String> methods() {
        return List.of(
                "BREW",
                "get",
                "PROPFIND",
                "TRACE",
                "CONNECT",
                "OPTIONS",
                "PATCH",
                "",
                " ",
                "G\0T",
                "GET GET",
                "M".repeat(9_000),
                bytes(1 + random.nextInt(12)),
                "POST\t",
                "\u00e9");
    }

    private String pathPiece() {
        return oneOf(List.of(
                "..",
                ".",
                "%2e%2e",
                "%2e",
                "%zz",
                "%",
                "%0",
                "%00",
                "%2f",
                "%5c",
                "%c3%28",
                "%ff",
                "%u0041",
                "%0d%0a",
                "\0",
                "\\",
                ";",
                ";a=b",
                "#",
                "?",
                "//",
                "~",
                "a b",
                "\u00ff",
                "<script>",
                "'--",
                "*",
                "%25%32%66",
                "..;",
                "x".repeat(300),
                "x".repeat(9_000),
                bytes(1 + random.nextInt(20)),
                "{learner_id}",
                "[",
                "|",
                "-1",
                "9".repeat(30)));
    }

    private String path() {
        StringBuilder path =
                new StringBuilder(oneOf(List.of("/api/v1", "/api/v1/namespaces/ada", "", "http://other", "*")));
        int pieces = 1 + random.nextInt(5);
        for (int i = 0; i < pieces; i++) {
            path.append(oneOf(List.of("/", "", "/namespaces/", "/x"))).append(pathPiece());
        }
        return path + "/nothing";
    }

    private List<String> headers() {
        return List.of(
                "X-Long: " + "x".repeat(7_000 + random.nextInt(20_000)) + "\r\n",
                "X-Many: 1\r\n".repeat(500 + random.nextInt(3_000)),
                "X-Folded: a\r\n b\r\n",
                "X-Nul: a\0b\r\n",
                "X Space: a\r\n",
                "X-Space : a\r\n",
                ": empty\r\n",
                "no colon\r\n",
                "X-Bare: a\rb\r\n",
                "X-Line: a\nb\n",
                "Host: other\r\n",
                "Host: a b\r\n",
                bytes(1 + random.nextInt(60)) + "\r\n",
                "X-Bytes: " + bytes(1 + random.nextInt(60)) + "\r\n",
                "Expect: the-unexpected\r\n",
                "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\n",
                "Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n",
                "X-Correlation-Id: " + bytes(1 + random.nextInt(200)).replaceAll("[\\r\\n]", "") + "\r\n",
                "X-Correlation-Id: <b>\"'</b>\r\n",
                "traceparent: 00-" + "0".repeat(32) + "-x-01\r\n",
                "Authorization: Bearer \r\nX-API-Key:\r\n",
                "Cookie: " + bytes(40).replaceAll("[\\r\\n]", "") + "\r\n",
                "Range: bytes=9-1\r\nIf-None-Match: \"\r\nIf-Match: ,,\r\nAccept: ;;;\r\n");
    }

    private String length() {
        String wrong = oneOf(List.of(
                "Content-Length: 5\r\nContent-Length: 6\r\n",
                "Content-Length: 5, 6\r\n",
                "Content-Length: 108\r\nTransfer-Encoding: chunked\r\n",
                "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n",
                "Transfer-Encoding: gzip\r\n",
                "Transfer-Encoding: chunked, gzip\r\n",
                "Transfer-Encoding: \u000bchunked\r\n",
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
                "Content-Length: -1\r\n",
                "Content-Length: +5\r\n",
                "Content-Length: 0x10\r\n",
                "Content-Length: five\r\n",
                "Content-Length: " + "9".repeat(1 + random.nextInt(40)) + "\r\n",
                "Content-Length: " + (JSON.length() + 1 + random.nextInt(1_000)) + "\r\n",
                "Content-Length: " + random.nextInt(JSON.length() - 1) + "\r\n",
                ""));
        return oneOf(STRICT) + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" + wrong + "\r\n"
                + JSON;
    }

    private String chunks() {
        String chunks = oneOf(List.of(
                "zz\r\n" + JSON + "\r\n0\r\n\r\n",
                "-1\r\n" + JSON + "\r\n0\r\n\r\n",
                "f".repeat(9 + random.nextInt(20)) + "\r\n" + JSON + "\r\n0\r\n\r\n",
                "7fffffff\r\n" + JSON + "\r\n0\r\n\r\n",
                "\r\n\r\n",
                "2\r\n{}{}\r\n0\r\n\r\n",
                "1\r\n{\r\n",
                "1;" + "x".repeat(random.nextInt(20_000)) + "\r\n{\r\n0\r\n\r\n",
                "1\r\n{\r\n0\r\nX-Trailer: " + "x".repeat(random.nextInt(20_000)) + "\r\n\r\n",
                "1\r\n{\r\n0\r\nbad trailer\r\n\r\n",
                "1\r\n{\r\n".repeat(1 + random.nextInt(500)) + "0\r\n\r\n",
                bytes(random.nextInt(200))));
        String type = random.nextBoolean() ? "application/json" : "multipart/form-data; boundary=" + BOUNDARY;
        return "PUT " + ADAPTER + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: " + type
                + "\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks;
    }

    private List<String> odd() {
        return List.of(
                "null",
                "1",
                "\"\"",
                "[]",
                "{}{}",
                "{\"version\":1e999999}",
                "{\"version\":" + "9".repeat(5_000) + "}",
                "{\"version\":1,\"version\":2}",
                "{\"version\":NaN}",
                "{'version':1}",
                "{\"\\ud800\":1}",
                "{\"a\":\"\\u0000\"}",
                "{\"learner_id\":\"" + "x".repeat(60_000) + "\"}",
                "\u00ef\u00bb\u00bf{\"x\":1}",
                "{\"" + "\u00c3(" + "\":1}",
                "{\"__proto__\":{},\"class\":\"java.lang.Runtime\"}",
                "{\"subjects\":[" + "1,".repeat(20_000) + "1]}",
                "//",
                "{/**/}",
                "{" + "\"k\":1,".repeat(5_000) + "\"k\":1}",
                "{\"time\":\"2026-02-30T00:00:00Z\"}");
    }

    private String form() {
        String part =
                "--" + BOUNDARY + "\r\nContent-Disposition: form-data; name=\"adapter_config.json\"\r\n\r\n{}\r\n";
        String type = oneOf(List.of(
                "multipart/form-data",
                "multipart/form-data; boundary=",
                "multipart/form-data; boundary=" + "b".repeat(71),
                "multipart/form-data; boundary=\"" + BOUNDARY,
                "multipart/form-data; boundary=other",
                "multipart/form-data; boundary=" + BOUNDARY,
                "multipart/form-data; boundary=" + BOUNDARY,
                "multipart/form-data; boundary=" + BOUNDARY,
                "multipart/mixed; boundary=" + BOUNDARY,
                ";;;",
                "multipart/form-data; boundary=\u00ff\u0001"));
        String body = oneOf(List.of(
                part,
                part + "--" + BOUNDARY + "--\r\n",
                part.repeat(2) + "--" + BOUNDARY + "--\r\n",
                part.repeat(40) + "--" + BOUNDARY + "--\r\n",
                part.replace("name=", "nome=") + "--" + BOUNDARY + "--\r\n",
                part.replace("adapter_config.json", "../../etc/passwd\0") + "--" + BOUNDARY + "--\r\n",
                part.replace("adapter_config.json", "adapter_model.safetensors").replace("{}", bytes(500)) + "--"
                        + BOUNDARY + "--\r\n",
                part.replace("Content", "X".repeat(9_000)) + "--" + BOUNDARY + "--\r\n",
                part.replace("Content-Disposition: form-data;", "Content-Disposition form-data") + "--" + BOUNDARY
                        + "--\r\n",
                part.replace("form-data; name=", bytes(30)) + "--" + BOUNDARY + "--\r\n",
                part.replace("{}", "{".repeat(random.nextInt(200_000))) + "--" + BOUNDARY + "--\r\n",
                "--" + BOUNDARY + "--\r\n",
                part + "--" + BOUNDARY + "--\r\n" + bytes(random.nextInt(2_000)),
                part.substring(0, random.nextInt(part.length())),
                bytes(1 + random.nextInt(2_000))));
        return request("PUT " + ADAPTER, "Content-Type: " + type + "\r\n", body);
    }

    private List<String> protocols() {
        String hello = "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003" + bytes(505);
        return List.of(
                "GET /api/v1/nothing\r\n",
                "GET /api/v1/nothing\r\n\r\n",
                "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(9),
                hello,
                "GET /api/v1/nothing HTTP/2.0\r\nHost: localhost\r\n\r\n",
                "GET /api/v1/nothing HTTP/0.9\r\n\r\n",
                "GET /api/v1/nothing HTTP/1.0\r\n\r\n",
                "GET /api/v1/nothing HTTP/9.9\r\nHost: localhost\r\n\r\n",
                "GET /api/v1/nothing HTTX/1.1\r\nHost: localhost\r\n\r\n",
                "GET /api/v1/nothing HTTP/1.1 \r\nHost: localhost\r\n\r\n",
                "GET  /api/v1/nothing  HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "GET /api/v1/nothing HTTP/1.1\r\n\r\n",
                "GET /api/v1/nothing HTTP/1.1\nHost: localhost\n\n",
                " GET /api/v1/nothing HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "\r\n".repeat(random.nextInt(300)) + "GET /api/v1/nothing HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "*1\r\n$4\r\nPING\r\n",
                "SSH-2.0-OpenSSH_9.6\r\n",
                "PROXY TCP4 1.1.1.1 2.2.2.2 1 2\r\nGET /api/v1/nothing HTTP/1.1\r\nHost: localhost\r\n\r\n",
                bytes(1 + random.nextInt(2_000)),
                bytes(20_000));
    }

    private String cut(String request) {
        return request.substring(0, 1 + random.nextInt(request.length() - 1));
    }

    private String changed(String request) {
        StringBuilder changed = new StringBuilder(request);
        int changes = 1 + random.nextInt(8);
        for (int i = 0; i < changes; i++) {
            changed.setCharAt(random.nextInt(changed.length()), (char) random.nextInt(256));
        }
        return changed.toString();
    }
}
