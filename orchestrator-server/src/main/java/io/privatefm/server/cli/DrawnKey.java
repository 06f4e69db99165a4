/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.cli;

import java.security.SecureRandom;
import java.util.HexFormat;

/** A key that nobody knows yet. */
final class DrawnKey {
    private static final int BYTES = 32;

    private DrawnKey() {}

    /** Draws one: 64 hexadecimal digits. */
    static String text() {
        byte[] drawn = new byte[BYTES];
        new SecureRandom().nextBytes(drawn);
        return HexFormat.of().formatHex(drawn);
    }
}
