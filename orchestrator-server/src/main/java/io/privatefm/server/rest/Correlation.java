/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

import jakarta.servlet.ServletRequest;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/** What a request is called in logs, events and the audit log. */
final class Correlation {
    static final String HEADER = "X-Correlation-Id";

    private static final String ATTRIBUTE = "pfm.correlation";
    private static final Pattern FORM = Pattern.compile("[\\x20-\\x7e]{1,128}");

    /** Version, trace id, parent id and flags; a later version may go on behind a further dash. W3C Trace Context, 3.2. */
    private static final Pattern TRACE_PARENT =
            Pattern.compile("([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-.*)?");

    private Correlation() {}

    /** The caller's own id, else the trace id of a trace that it belongs to, else a new one. */
    static String of(List<String> ids, List<String> traceParents, RandomGenerator random) {
        Optional<String> given = ids.size() == 1
                ? Optional.of(ids.get(0)).filter(id -> FORM.matcher(id).matches() && !id.isBlank())
                : Optional.empty();
        return given.or(() -> traceParents.size() == 1 ? traceId(traceParents.get(0)) : Optional.empty())
                .orElseGet(() -> drawn(random));
    }

    /** The id that is sent, or a new one. */
    static String drawn(RandomGenerator random) {
        byte[] bytes = new byte[16];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    /** The trace id of a valid {@code traceparent}. */
    static Optional<String> traceId(String header) {
        var parts = TRACE_PARENT.matcher(header);
        boolean valid = parts.matches()
                && !parts.group(1).equals("ff")
                && !(parts.group(1).equals("00") && parts.group(4) != null)
                && !isZero(parts.group(2))
                && !isZero(parts.group(3));
        return valid ? Optional.of(parts.group(2)) : Optional.empty();
    }

    private static boolean isZero(String hex) {
        return hex.chars().allMatch(c -> c == '0');
    }

    /** Reads a request's id, or gives it one, and notes it there. */
    static String begin(HttpServletRequest request, RandomGenerator random) {
        String id = of(
                Collections.list(request.getHeaders(HEADER)),
                Collections.list(request.getHeaders("traceparent")),
                random);
        request.setAttribute(ATTRIBUTE, id);
        return id;
    }

    /** The id of a request that has begun. */
    static String of(ServletRequest request) {
        return String.valueOf(request.getAttribute(ATTRIBUTE));
    }
}
