/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

import io.javalin.http.Context;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The entity tags of {@code If-Match} or {@code If-None-Match}, RFC 9110 section 8.8.3 and 13.1.
 *
 * @param any whether it is {@code *}
 */
record EntityTags(boolean any, List<String> tags) {
    private static final Pattern TAG =
            Pattern.compile("[ \\t]*(?:((?:W/)?\"[\\x21\\x23-\\x7e\\x80-\\xff]*\")[ \\t]*)?(?:,|$)");
    private static final String WEAK = "W/";

    EntityTags {
        tags = List.copyOf(tags);
    }

    /**
     * A header of a request; empty if it has none.
     *
     * @throws ProblemException 400 if it is not a list of entity tags
     */
    static Optional<EntityTags> of(Context ctx, String header) {
        String value = ctx.header(header);
        return value == null ? Optional.empty() : Optional.of(parse(header, value));
    }

    static EntityTags parse(String header, String value) {
        if (value.strip().equals("*")) {
            return new EntityTags(true, List.of());
        }
        List<String> tags = new ArrayList<>();
        Matcher matcher = TAG.matcher(value);
        int at = 0;
        while (at < value.length()) {
            if (!matcher.find(at) || matcher.start() != at || matcher.end() == at) {
                throw malformed(header);
            }
            if (matcher.group(1) != null) {
                tags.add(matcher.group(1));
            }
            at = matcher.end();
        }
        if (tags.isEmpty()) {
            throw malformed(header);
        }
        return new EntityTags(false, tags);
    }

    private static ProblemException malformed(String header) {
        return new ProblemException(400, "MALFORMED_REQUEST", header + " must be * or a list of entity tags")
                .with(List.of(FieldProblem.parameter(header, "it must be * or a list of entity tags")));
    }

    /** Whether one of them is this strong tag, no weak one; as {@code If-Match} asks. */
    boolean matchStrongly(String tag) {
        return any || tags.contains(tag);
    }

    /** Whether one of them is this tag, weak or strong; as {@code If-None-Match} asks. */
    boolean matchWeakly(String tag) {
        return any || tags.stream().anyMatch(given -> strong(given).equals(strong(tag)));
    }

    private static String strong(String tag) {
        return tag.startsWith(WEAK) ? tag.substring(WEAK.length()) : tag;
    }

    /**
     * Answers a GET with a representation and its tag, or 304 if the caller has it.
     *
     * @param tag a strong one, quoted
     */
    static void answer(Context ctx, String tag, Object body) {
        boolean known =
                of(ctx, "If-None-Match").map(tags -> tags.matchWeakly(tag)).orElse(false);
        boolean other =
                of(ctx, "If-Match").map(tags -> !tags.matchStrongly(tag)).orElse(false);
        if (other) {
            throw new ProblemException(412, "PRECONDITION_FAILED", "it has another entity tag now: " + tag);
        }
        ctx.header("ETag", tag);
        if (known) {
            ctx.status(304);
        } else {
            Json.answer(ctx, 200, body);
        }
    }
}
