/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.metrics.micrometer;

import io.privatefm.spi.NsUid;
import io.privatefm.spi.recovery.FallbackCause;
import java.util.LinkedHashMap;
import java.util.Map;

/** Why fallbacks were begun that have not ended, since what ends them does not say it. The oldest are forgotten where there are very many. */
final class OpenFallbacks {
    private static final int MOST = 10_000;

    private final Map<NsUid, FallbackCause> causes = new LinkedHashMap<>();

    synchronized void begun(NsUid namespace, FallbackCause cause) {
        causes.put(namespace, cause);
        if (causes.size() > MOST) {
            causes.remove(causes.keySet().iterator().next());
        }
    }

    /** The cause, or {@link FallbackMeters#UNKNOWN}. */
    synchronized String cause(NsUid namespace) {
        FallbackCause cause = causes.get(namespace);
        return cause == null ? FallbackMeters.UNKNOWN : cause.name();
    }

    /** Forgets a fallback. */
    synchronized void ended(NsUid namespace) {
        causes.remove(namespace);
    }
}
