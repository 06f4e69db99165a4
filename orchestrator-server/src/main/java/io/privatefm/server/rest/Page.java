/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

import io.javalin.http.Context;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A page of a list.
 *
 * @param items of this page
 * @param next what {@code after} must be for the next page; null if this is the last
 */
public record Page<T>(List<T> items, @Nullable Object next) {
    public Page {
        items = List.copyOf(items);
    }

    /**
     * A page of what was read with one item more than there is room for, by which it is known whether there is a next page.
     *
     * @param key of an item, what {@code after} compares with
     */
    public static <S, T> Page<T> of(List<S> rows, int limit, Function<S, Object> key, Function<S, T> view) {
        boolean more = rows.size() > limit;
        List<S> shown = more ? rows.subList(0, limit) : rows;
        return new Page<>(shown.stream().map(view).toList(), more ? key.apply(shown.get(limit - 1)) : null);
    }

    /** Answers with it, and with a link to the next. */
    public void answer(Context ctx, int limit) {
        if (next != null) {
            ctx.header(
                    "Link",
                    "<" + ctx.req().getRequestURI() + "?limit=" + limit + "&after="
                            + URLEncoder.encode(next.toString(), StandardCharsets.UTF_8) + ">; rel=\"next\"");
        }
        Json.answer(ctx, 200, this);
    }
}
