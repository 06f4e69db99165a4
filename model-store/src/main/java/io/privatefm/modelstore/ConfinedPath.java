/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore;

import io.privatefm.spi.InvalidInputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.function.Function;

/**
 * A relative path from outside ({@code releases.json}, a trainer's message) that names a directory below a root and
 * cannot leave it: not by its text, and not through symbolic links. The text {@code .} is the root itself.
 */
final class ConfinedPath {
    private static final String HERE = ".";
    private static final int MAX_LENGTH = 1024;
    private static final int MAX_SEGMENT_BYTES = 255;

    private ConfinedPath() {}

    /**
     * Checks the text alone: segments separated by {@code /}, none of them empty, {@code .} or {@code ..}.
     *
     * @param root tells what a path looks like on its file system
     * @param refusal makes the error from its reason
     * @throws InvalidInputException as made by {@code refusal}
     */
    static void requireForm(String text, Path root, Function<String, InvalidInputException> refusal) {
        if (text.startsWith("/")) {
            throw refusal.apply("must be relative");
        }
        if (text.length() > MAX_LENGTH) {
            throw refusal.apply("is longer than " + MAX_LENGTH + " characters");
        }
        for (String segment : segments(text)) {
            if (segment.isEmpty()) {
                throw refusal.apply("has an empty segment");
            }
            if (segment.equals(HERE) || segment.equals("..")) {
                throw refusal.apply("must not contain '" + segment + "'");
            }
            if (!isPlainName(segment, root)) {
                throw refusal.apply("has a segment that is not a plain file name");
            }
        }
    }

    /**
     * The directory that a text of the right form names.
     *
     * @param root real path of the root
     * @param refusal makes the error from its reason
     * @return its real path, inside the root
     * @throws InvalidInputException as made by {@code refusal}, if there is no such directory inside the root
     * @throws io.privatefm.spi.UnavailableException if that cannot be told now
     */
    static Path resolve(String text, Path root, Function<String, InvalidInputException> refusal) {
        requireRoot(root);
        Path at = root;
        for (String segment : segments(text)) {
            at = at.resolve(segment);
            try {
                at = at.toRealPath();
                if (!at.startsWith(root)) {
                    throw refusal.apply("leaves " + Failures.shown(root) + " through a symbolic link");
                }
                if (!Files.readAttributes(at, BasicFileAttributes.class).isDirectory()) {
                    throw refusal.apply("is not a directory in " + Failures.shown(root));
                }
            } catch (NoSuchFileException e) {
                throw refusal.apply("there is no such directory in " + Failures.shown(root));
            } catch (IOException e) {
                throw Failures.unavailable("open", at, e);
            }
        }
        return at;
    }

    /** The path of a text of the right form below a root, as text only: no link is followed. */
    static Path join(Path root, String text) {
        Path at = root;
        for (String segment : segments(text)) {
            at = at.resolve(segment);
        }
        return at;
    }

    /** A root that went away makes the store unavailable; it does not make references wrong. */
    private static void requireRoot(Path root) {
        try {
            Files.readAttributes(root, BasicFileAttributes.class);
        } catch (IOException e) {
            throw Failures.unavailable("open", root, e);
        }
    }

    private static List<String> segments(String text) {
        return text.equals(HERE) ? List.of() : List.of(text.split("/", -1));
    }

    private static boolean isPlainName(String segment, Path root) {
        if (segment.getBytes(StandardCharsets.UTF_8).length > MAX_SEGMENT_BYTES
                || !segment.equals(Failures.shown(segment))) {
            return false;
        }
        try {
            Path path = root.getFileSystem().getPath(segment);
            return path.getRoot() == null && path.getNameCount() == 1;
        } catch (InvalidPathException e) {
            return false;
        }
    }
}
