/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

import java.util.Map;

/** Headers of every answer that says nothing else: data is neither kept nor guessed at nor shown inside of another page. */
final class StandardHeaders {
    static final Map<String, String> ALL = Map.of(
            "X-Content-Type-Options", "nosniff",
            "Cache-Control", "no-store",
            "Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'",
            "Referrer-Policy", "no-referrer");

    private StandardHeaders() {}
}
