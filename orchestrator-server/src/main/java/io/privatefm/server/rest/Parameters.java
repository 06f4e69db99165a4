/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

import io.javalin.http.Context;
import io.privatefm.spi.InvalidInputException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * A request's path and query parameters, taken one by one. What is wrong with any of them is collected; {@link #end} reports all of it at
 * once. Not safe for use by several threads at once.
 */
public final class Parameters {
    private static final Pattern BROKEN_ESCAPE = Pattern.compile("%(?![0-9A-Fa-f]{2})");

    private final Context ctx;
    private final List<FieldProblem> problems = new ArrayList<>();
    private final Set<String> known = new HashSet<>();

    /**
     * Of a request.
     *
     * @throws ProblemException 400 if the query cannot be decoded: its broken parameters would be left out in silence
     */
    public Parameters(Context ctx) {
        String query = ctx.queryString();
        if (query != null && BROKEN_ESCAPE.matcher(query).find()) {
            throw ProblemException.malformed(
                    "in the query, % must be followed by two hexadecimal digits (RFC 3986, 2.1)");
        }
        this.ctx = ctx;
    }

    /**
     * A part of the path.
     *
     * @param reading throws {@link InvalidInputException} or {@link IllegalArgumentException} with what must be different
     * @throws ProblemException 422 at once if it is wrong: without it nothing can be said about the rest
     */
    public <T> T path(String name, Function<String, T> reading) {
        return read(name, ctx.pathParam(name), reading).orElseThrow(() -> ProblemException.invalid(problems));
    }

    /** A whole number in the path, 0 or more. */
    public long pathNumber(String name) {
        return path(name, Parameters::natural);
    }

    /** A query parameter that may be there, once. */
    public <T> Optional<T> query(String name, Function<String, T> reading) {
        known.add(name);
        List<String> values = ctx.queryParams(name);
        if (values.size() > 1) {
            problems.add(FieldProblem.parameter(name, name + " is there twice"));
        }
        return values.isEmpty() ? Optional.empty() : read(name, values.get(0), reading);
    }

    /** A whole number in the query, 0 or more. */
    public Optional<Long> queryNumber(String name) {
        return query(name, Parameters::natural);
    }

    /** How many items a page may have: {@code limit}, 1 to 200; 50 where it is not given. */
    public int limit() {
        return query("limit", text -> {
                    long number = natural(text);
                    if (number < 1 || number > 200) {
                        throw new IllegalArgumentException("limit must be from 1 to 200");
                    }
                    return (int) number;
                })
                .orElse(50);
    }

    /** {@code true} or {@code false} in the query; false where it is not given. */
    public boolean flag(String name) {
        return query(name, text -> switch (text) {
                    case "true" -> true;
                    case "false" -> false;
                    default -> throw new IllegalArgumentException(name + " must be true or false");
                })
                .orElse(false);
    }

    /**
     * To be called when everything was taken.
     *
     * @throws ProblemException 422 if anything was wrong, or a query parameter is there that was not asked for
     */
    public void end() {
        for (String name : ctx.queryParamMap().keySet()) {
            if (!known.contains(name)) {
                problems.add(FieldProblem.parameter(name, "there is no such parameter"));
            }
        }
        if (!problems.isEmpty()) {
            throw ProblemException.invalid(problems);
        }
    }

    private <T> Optional<T> read(String name, String text, Function<String, T> reading) {
        try {
            return Optional.of(reading.apply(text));
        } catch (InvalidInputException | IllegalArgumentException e) {
            problems.add(FieldProblem.parameter(name, String.valueOf(e.getMessage())));
            return Optional.empty();
        }
    }

    private static long natural(String text) {
        if (!text.matches("0|[1-9][0-9]{0,17}")) {
            throw new IllegalArgumentException("it must be a whole number, 0 or more");
        }
        return Long.parseLong(text);
    }
}
