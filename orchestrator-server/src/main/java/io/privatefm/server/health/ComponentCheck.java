/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.health;

/**
 * One component that the service depends on.
 *
 * @param name in reports
 * @param required whether the service can take no requests without it
 * @param probe looks at it
 */
public record ComponentCheck(String name, boolean required, Probe probe) {
    /** Looks at a component. */
    @FunctionalInterface
    public interface Probe {
        /**
         * Says what is there, in a few words that anybody may read: no secret, no host, no learner. May hang.
         *
         * @throws Exception if it is down
         */
        String look() throws Exception;
    }

    /** A component without which no request can be answered. */
    public static ComponentCheck required(String name, Probe probe) {
        return new ComponentCheck(name, true, probe);
    }

    /** A component without which the service does less. */
    public static ComponentCheck useful(String name, Probe probe) {
        return new ComponentCheck(name, false, probe);
    }
}
