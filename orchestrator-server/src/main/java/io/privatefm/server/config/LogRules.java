/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.config;

/**
 * How the service logs.
 *
 * @param format of its lines
 * @param level of the lines that there are
 */
public record LogRules(Format format, Level level) {
    /** Of log lines. */
    public enum Format {
        /** One JSON object each. */
        JSON,
        /** For people. */
        TEXT
    }

    /** What lines are there; each with those before it. */
    public enum Level {
        ERROR,
        WARN,
        INFO,
        DEBUG,
        TRACE
    }
}
