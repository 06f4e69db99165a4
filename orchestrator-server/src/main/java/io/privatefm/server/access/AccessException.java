/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.access;

import java.time.Duration;
import java.util.Optional;

/** A caller is refused. Its message is for the caller, and says nothing of what was compared with what. */
public final class AccessException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** How a caller is refused. */
    public enum Kind {
        /** No key, or none that is right: 401. */
        UNAUTHENTICATED,
        /** A right key that may not do this: 403. */
        FORBIDDEN,
        /** Too often, see {@link AccessException#retryAfter()}: 429. */
        TOO_MANY_REQUESTS
    }

    private final Kind kind;

    @SuppressWarnings("serial") // not serialized by anybody
    private final Optional<Duration> retryAfter;

    private AccessException(Kind kind, String message, Optional<Duration> retryAfter) {
        super(message);
        this.kind = kind;
        this.retryAfter = retryAfter;
    }

    /** No key, or none that is right; the caller is not told which. */
    public static AccessException unauthenticated() {
        return new AccessException(Kind.UNAUTHENTICATED, "no key was sent, or it is not valid", Optional.empty());
    }

    /** The key is right, and may not do this. */
    public static AccessException forbidden(String message) {
        return new AccessException(Kind.FORBIDDEN, message, Optional.empty());
    }

    /**
     * Too often.
     *
     * @param after when a retry may succeed
     */
    public static AccessException tooManyRequests(String message, Duration after) {
        return new AccessException(Kind.TOO_MANY_REQUESTS, message, Optional.of(after));
    }

    /** How the caller is refused. */
    public Kind kind() {
        return kind;
    }

    /** When a retry may succeed; there with {@link Kind#TOO_MANY_REQUESTS} alone. */
    public Optional<Duration> retryAfter() {
        return retryAfter;
    }
}
