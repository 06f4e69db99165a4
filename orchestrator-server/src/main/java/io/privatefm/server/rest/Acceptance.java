/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

import io.javalin.http.Context;
import io.privatefm.server.operation.KeyReusedException;
import io.privatefm.server.operation.OperationRequest;
import io.privatefm.server.operation.Operations;
import io.privatefm.server.operation.Submitted;

/** Takes operations on: 202, where to look, and the operation as it is now. */
final class Acceptance {
    private static final String OPERATIONS = "/api/v1/merge-operations/";

    private final Operations operations;

    Acceptance(Operations operations) {
        this.operations = operations;
    }

    /**
     * Answers a request for an operation.
     *
     * @param route method and route template
     */
    void answer(Context ctx, String route, OperationRequest what) {
        Submitted submitted;
        try {
            submitted = operations.submit(what, IdempotencyHeader.of(ctx, route));
        } catch (KeyReusedException e) {
            throw IdempotencyHeader.reused();
        }
        if (submitted.replayed()) {
            ctx.header(IdempotencyHeader.REPLAYED, "true");
        }
        ctx.header("Location", OPERATIONS + submitted.operation().operationId());
        Json.answer(ctx, 202, OperationView.of(submitted.operation()));
    }
}
