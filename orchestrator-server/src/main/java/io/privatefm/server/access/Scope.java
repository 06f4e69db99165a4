/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.access;

import io.javalin.security.RouteRole;

/** What a key opens. Each route asks for one. */
public enum Scope implements RouteRole {
    /** Nothing is asked for: health, and pages without data. */
    OPEN,
    /** Namespaces, adapters, checkpoints, events, operations: looking at them. */
    READ,
    /** Making namespaces, registering adapters, legal hold. */
    WRITE,
    /** Having a learner's checkpoint merged. */
    MERGE,
    /** Having a learner's namespace brought back. */
    FALLBACK,
    /** Taking a learner's model out, in the clear. */
    EXPORT,
    /** Nights, the breaker, and the view over all namespaces. */
    OPERATE,
    /** Reading metrics. */
    METRICS,
    /** Having a learner deleted. No service's key has it. */
    GUARDIAN
}
