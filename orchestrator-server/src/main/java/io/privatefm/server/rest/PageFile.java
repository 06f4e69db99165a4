/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

import io.javalin.http.Context;
import io.privatefm.spi.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One file of a page that the service shows: a resource of the class path, with its type and tag. Kept in memory. */
final class PageFile {
    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "svg", "image/svg+xml",
            "png", "image/png");

    private final byte[] content;
    private final String type;
    private final String tag;

    private PageFile(byte[] content, String type) {
        this.content = content;
        this.type = type;
        this.tag = '"' + digest(content).hex().substring(0, 32) + '"';
    }

    private static Sha256 digest(byte[] content) {
        try {
            return Sha256.of(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /**
     * Reads a resource.
     *
     * @param path absolute, with an ending that says its type
     */
    static PageFile of(String path) {
        String type = TYPES.get(path.substring(path.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT));
        if (type == null) {
            throw new IllegalArgumentException(path + " is of no type that pages consist of");
        }
        try (InputStream in = PageFile.class.getResourceAsStream(path)) {
            if (in == null) {
                throw new IllegalStateException("the service's jar, or one beside it, lacks " + path);
            }
            return new PageFile(in.readAllBytes(), type);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + path, e);
        }
    }

    /** Answers with it, or says that the client has it already. A client may keep it, and asks each time whether it still is this one. */
    void answer(Context ctx, String contentSecurityPolicy) {
        ctx.header("Content-Security-Policy", contentSecurityPolicy)
                .header("Cache-Control", "no-cache")
                .header("ETag", tag)
                .header("X-Content-Type-Options", "nosniff")
                .header("Referrer-Policy", "no-referrer")
                .header("Cross-Origin-Opener-Policy", "same-origin")
                .header("Cross-Origin-Resource-Policy", "same-origin");
        if (isHeld(ctx.header("If-None-Match"))) {
            ctx.status(304);
        } else {
            ctx.contentType(type).result(content);
        }
    }

    private boolean isHeld(@Nullable String tags) {
        if (tags == null) {
            return false;
        }
        for (String held : tags.split(",", -1)) {
            if (held.strip().equals(tag)
                    || held.strip().equals("W/" + tag)
                    || held.strip().equals("*")) {
                return true;
            }
        }
        return false;
    }
}
