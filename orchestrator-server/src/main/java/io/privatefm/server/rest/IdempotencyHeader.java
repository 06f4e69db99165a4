/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

import io.javalin.http.Context;
import io.privatefm.server.operation.IdempotencyKey;
import io.privatefm.spi.InvalidInputException;
import java.util.List;
import java.util.Optional;

/** The {@code Idempotency-Key} of a request. */
public final class IdempotencyHeader {
    private static final String NAME = "Idempotency-Key";

    private IdempotencyHeader() {}

    /**
     * What the caller calls the request; empty if nothing.
     *
     * @throws ProblemException 422 if it is not as it must be
     */
    public static Optional<IdempotencyKey> of(Context ctx) {
        String value = ctx.header(NAME);
        if (value == null) {
            return Optional.empty();
        }
        String route = AccessFilter.action(ctx).orElseThrow();
        try {
            return Optional.of(new IdempotencyKey(AccessFilter.principal(ctx).id(), route, value));
        } catch (InvalidInputException e) {
            throw ProblemException.invalid(List.of(FieldProblem.parameter(NAME, String.valueOf(e.getMessage()))));
        }
    }
}
