/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.config;

import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import java.net.URI;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/** Reads variables, and collects what is wrong with them. What is wrong is read as if it were absent, until {@link #end()} says so. */
final class Variables {
    private final Map<String, String> environment;
    private final List<String> problems = new ArrayList<>();

    Variables(Map<String, String> environment) {
        this.environment = environment;
    }

    /** Whether there is a value, right or wrong. */
    boolean has(Setting setting) {
        return setting.in(environment).isPresent();
    }

    /** A value, as it stands. An empty one is refused: it may be a secret that somebody forgot to fill in. */
    Optional<String> raw(Setting setting) {
        Optional<String> given = setting.in(environment);
        if (given.filter(String::isBlank).isPresent()) {
            problem(setting, "is empty; give it a value, or do not set it");
            return Optional.empty();
        }
        return given;
    }

    /** A value without spaces around it. */
    Optional<String> text(Setting setting) {
        return raw(setting).map(String::strip);
    }

    /** A value that has a form. */
    <T> Optional<T> parsed(Setting setting, Function<String, T> parser) {
        Optional<String> given = text(setting);
        try {
            return given.map(parser);
        } catch (InvalidInputException | IllegalArgumentException e) {
            problem(setting, String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }

    /** A value that is secret, and that something must be able to read. */
    Optional<Secret> secret(Setting setting, Consumer<String> check) {
        return parsed(setting, text -> {
            check.accept(text);
            return new Secret(text);
        });
    }

    /** A folder that is there. */
    Optional<Path> folder(Setting setting) {
        return parsed(setting, text -> {
            Path folder = path(text);
            if (!Files.isDirectory(folder)) {
                throw new IllegalArgumentException("names no directory: " + text);
            }
            return folder;
        });
    }

    /** A path, or a {@code file:} URL of one. */
    static Path path(String text) {
        try {
            return text.startsWith("file:") ? Path.of(URI.create(text)) : Path.of(text);
        } catch (IllegalArgumentException | FileSystemNotFoundException e) {
            throw new IllegalArgumentException("names no path: " + text, e);
        }
    }

    /** A whole number. */
    long number(Setting setting, long least, long most, long absent) {
        String range = most == Long.MAX_VALUE ? least + " or more" : least + " to " + most;
        return parsed(setting, text -> {
                    try {
                        long number = Long.parseLong(text);
                        if (number >= least && number <= most) {
                            return number;
                        }
                    } catch (NumberFormatException e) {
                        // said below
                    }
                    throw new IllegalArgumentException("must be a whole number, " + range + ", not: " + text);
                })
                .orElse(absent);
    }

    int count(Setting setting, int least, int most, int absent) {
        return (int) number(setting, least, most, absent);
    }

    /** One of some names, in upper or lower case. */
    <E extends Enum<E>> E choice(Setting setting, Class<E> names, E absent) {
        return parsed(setting, text -> {
                    for (E name : names.getEnumConstants()) {
                        if (name.name().equalsIgnoreCase(text)) {
                            return name;
                        }
                    }
                    throw new IllegalArgumentException("must be one of "
                            + List.of(names.getEnumConstants()).toString().toLowerCase(Locale.ROOT) + ", not: "
                            + text);
                })
                .orElse(absent);
    }

    /** Something else is wrong with a variable; the text must show nothing of a secret. */
    void problem(Setting setting, String text) {
        problems.add(setting + " " + text);
    }

    /**
     * Ends reading.
     *
     * @throws InvalidInputException with {@link ErrorCode#CONFIGURATION} if anything is wrong: all of it
     */
    void end() {
        if (!problems.isEmpty()) {
            throw new InvalidInputException(ErrorCode.CONFIGURATION, String.join("; ", problems));
        }
    }
}
