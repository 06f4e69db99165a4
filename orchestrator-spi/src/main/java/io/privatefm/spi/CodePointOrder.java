/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi;

import java.util.Comparator;

/**
 * Orders text by Unicode code points, which is also the order of its UTF-8 bytes. {@link String#compareTo} orders by
 * UTF-16 units and differs for characters outside the basic plane.
 */
public final class CodePointOrder {
    /** The comparator; consistent with {@code equals}. */
    public static final Comparator<String> COMPARATOR = CodePointOrder::compare;

    private CodePointOrder() {}

    private static int compare(String left, String right) {
        int i = 0;
        int shared = Math.min(left.length(), right.length());
        while (i < shared) {
            int a = left.codePointAt(i);
            int b = right.codePointAt(i);
            if (a != b) {
                return Integer.compare(a, b);
            }
            i += Character.charCount(a);
        }
        return Integer.compare(left.length(), right.length());
    }
}
