/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * A folder of the server that callers choose from, and whose place is nobody's business but the operator's: what is said of it names what
 * lies inside as the caller does.
 *
 * @param folder as it is configured
 * @param name what callers call it
 */
record HiddenFolder(Path folder, String name) {
    /** The same refusal without the folder's place. */
    ProblemException hiddenIn(ProblemException refusal) {
        return new ProblemException(refusal.status(), refusal.code(), hiddenIn(refusal.detail()))
                .with(refusal.errors().stream()
                        .map(fault -> new FieldProblem(fault.pointer(), fault.parameter(), hiddenIn(fault.detail())))
                        .toList());
    }

    private String hiddenIn(String text) {
        return Stream.of(folder, folder.toAbsolutePath(), real())
                .filter(Path::isAbsolute) // a relative one says nothing about its place
                .map(Path::toString)
                .distinct()
                .sorted(Comparator.comparing(String::length).reversed())
                .reduce(text, (hidden, place) -> hidden.replace(place + "/", "").replace(place, name));
    }

    private Path real() {
        try {
            return folder.toRealPath();
        } catch (IOException e) {
            return folder; // it is gone; nothing inside of it is named then
        }
    }
}
