/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;

/** A body of {@code multipart/form-data}, made part by part. */
final class FormBody {
    static final String TYPE = "multipart/form-data; boundary=0e8b11";
    static final String CONFIG = "adapter_config.json";
    static final String WEIGHTS = "adapter_model.safetensors";

    private static final String LEARNERS = "/tiny-tutor/adapters/";
    private static final String ADA = LEARNERS + "7d9f7c1e-5d3a-4b52-9c43-2f6a1d0e8b11/math/";
    private static final String BEN = LEARNERS + "c0a8f7d2-3b1e-4f6a-8d55-91e2b7c4a603/math/";

    private final ByteArrayOutputStream body = new ByteArrayOutputStream();

    static byte[] config() throws IOException {
        return LiveService.bytes(ADA + CONFIG);
    }

    static byte[] weights() throws IOException {
        return LiveService.bytes(ADA + WEIGHTS);
    }

    static byte[] otherWeights() throws IOException {
        return LiveService.bytes(BEN + WEIGHTS);
    }

    /** A trained adapter. */
    static FormBody adapter() throws IOException {
        return new FormBody().part(CONFIG, config()).part(WEIGHTS, weights());
    }

    /** Another one that fits the same foundation. */
    static FormBody other() throws IOException {
        return new FormBody().part(CONFIG, LiveService.bytes(BEN + CONFIG)).part(WEIGHTS, otherWeights());
    }

    FormBody part(String name, byte[] content) {
        text("--0e8b11\r\nContent-Disposition: form-data; name=\"" + name + "\"; filename=\"" + name + "\"\r\n\r\n");
        body.writeBytes(content);
        return text("\r\n");
    }

    FormBody part(String name, String content) {
        return part(name, content.getBytes(StandardCharsets.UTF_8));
    }

    private FormBody text(String ascii) {
        body.writeBytes(ascii.getBytes(StandardCharsets.US_ASCII));
        return this;
    }

    /** What was written, without an end. */
    byte[] open() {
        return body.toByteArray();
    }

    /** What was written, with its end. */
    byte[] bytes() {
        byte[] begun = body.toByteArray();
        byte[] whole = text("--0e8b11--\r\n").open();
        body.reset();
        body.writeBytes(begun);
        return whole;
    }

    /** Sent with its length. */
    BodyPublisher whole() {
        return BodyPublishers.ofByteArray(bytes());
    }

    /** Sent in chunks, without a length. */
    BodyPublisher chunked() {
        return BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(bytes()));
    }
}
