/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.operation;

import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;

/**
 * What a client calls one request of its own, so that it may send it twice. The same text is another key for another principal or
 * another route.
 *
 * @param principal who asks: {@link io.privatefm.server.access.Principal#id}
 * @param route method and route template, such as {@code POST /api/v1/namespaces}
 * @param key the header's value: 1 to 255 printable ASCII characters
 */
public record IdempotencyKey(String principal, String route, String key) {
    private static final int LONGEST = 255;

    /** @throws InvalidInputException if the key is anything else */
    public IdempotencyKey {
        if (key.isEmpty() || key.length() > LONGEST || !key.chars().allMatch(c -> c >= ' ' && c <= '~')) {
            throw new InvalidInputException(
                    ErrorCode.INVALID_ARGUMENT,
                    "an Idempotency-Key is 1 to " + LONGEST + " printable ASCII characters");
        }
    }
}
