/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore.http;

import io.privatefm.spi.FoundationWrongException;
import java.net.URI;
import java.util.Optional;

/** The way from what was asked for to what answers. Used by one thread. */
final class RedirectTrail {
    private static final int MAX = 5;

    private final Origin origin;
    private final Redirects allowed;
    private final URI start;
    private URI at;
    private boolean home;
    private int followed;

    RedirectTrail(Origin origin, Redirects allowed, URI start) {
        this.origin = origin;
        this.allowed = allowed;
        this.start = start;
        this.at = start;
        this.home = origin.owns(start);
    }

    static boolean isRedirect(int status) {
        return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
    }

    /** What is to be asked for now. */
    URI at() {
        return at;
    }

    /** Whether it is the server's own, and the way there never left it: only then a key goes along. */
    boolean isAtHome() {
        return home;
    }

    /**
     * Goes where an answer says.
     *
     * @throws FoundationWrongException if it does not say where, or it may not, or it did too often
     */
    void follow(Optional<String> location) {
        if (followed == MAX) {
            throw wrong("redirects more than " + MAX + " times");
        }
        URI next = location.flatMap(this::resolved)
                .orElseThrow(() -> wrong("redirects without an address that can be read"));
        if (Origin.isHttps(at) && !Origin.isHttps(next)) {
            throw wrong("redirects from https to http");
        }
        if (allowed == Redirects.SAME_SERVER && !origin.owns(next)) {
            throw wrong("redirects to another server, " + next.getHost() + ", which a model registry may not");
        }
        home &= origin.owns(next);
        at = next;
        followed++;
    }

    private Optional<URI> resolved(String location) {
        try {
            URI next = at.resolve(location);
            return Origin.isHttp(next) && next.getHost() != null && next.getRawUserInfo() == null
                    ? Optional.of(next)
                    : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private FoundationWrongException wrong(String reason) {
        return new FoundationWrongException(Origin.shown(start) + ": " + reason);
    }
}
