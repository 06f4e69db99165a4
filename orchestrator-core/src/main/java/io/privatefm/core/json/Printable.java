/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.json;

/** Foreign text for a one-line message: short, and nothing that a terminal would obey. */
public final class Printable {
    private static final int LONGEST_NAME = 80;
    private static final int LONGEST_SENTENCE = 240;

    private Printable() {}

    /** A name that an input made up, cut and with question marks for all but printable ASCII. */
    public static String name(String name) {
        return cut(name, LONGEST_NAME);
    }

    /** What a parser says of an input, which it may quote. */
    public static String sentence(String sentence) {
        return cut(sentence, LONGEST_SENTENCE);
    }

    private static String cut(String text, int longest) {
        String head = text.length() > longest ? text.substring(0, longest) + "…" : text;
        return head.replaceAll("[^\\x20-\\x7e…]", "?");
    }
}
