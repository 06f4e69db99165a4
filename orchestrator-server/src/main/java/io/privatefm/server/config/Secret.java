/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.config;

/**
 * A value that nobody is shown. Equal to others with the same value.
 *
 * @param value the value itself, for whoever needs it
 */
public record Secret(String value) {
    /** Says nothing of the value, nor of its length. */
    @Override
    public String toString() {
        return "***";
    }
}
