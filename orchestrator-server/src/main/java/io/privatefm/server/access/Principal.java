/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.access;

import java.util.Set;

/**
 * Who calls.
 *
 * @param id {@code service}, {@code guardian}, or the public part of a stored key; no secret
 * @param scopes what they may do
 */
public record Principal(String id, Set<Scope> scopes) {
    public Principal {
        scopes = Set.copyOf(scopes);
    }
}
