/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A part of a source file, between a line {@code // region NAME} and the next {@code // endregion}. */
final class SourceRegion {
    private SourceRegion() {}

    /** The region without the indentation that all its lines share. */
    static String of(Path source, String name) throws IOException {
        List<String> lines = Files.readAllLines(source);
        int start = indexOf(lines, "// region " + name);
        int end = indexOf(lines, "// endregion");
        return String.join("\n", lines.subList(start + 1, end)).stripIndent();
    }

    private static int indexOf(List<String> lines, String text) {
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).strip().equals(text)) {
                return i;
            }
        }
        throw new AssertionError("no line " + text);
    }
}
