/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.health;

/**
 * One component that the service depends on.
 *
 * @param name in reports
 * @param weight what its failure means
 * @param probe looks at it
 */
public record ComponentCheck(String name, Weight weight, Probe probe) {
    /** What it means that a component is down. */
    public enum Weight {
        /** The service can do nothing without it. */
        REQUIRED,
        /** The service does less without it. */
        USEFUL
    }

    /** Looks at a component. */
    @FunctionalInterface
    public interface Probe {
        /**
         * Says what is there, in a few words: no secret, no host, no learner.
         *
         * @throws Exception if it is down
         */
        String look() throws Exception;
    }
}
