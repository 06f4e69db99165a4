/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

import com.fasterxml.jackson.databind.JsonNode;
import io.privatefm.spi.InvalidInputException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * The fields of a JSON object, taken one by one. What is wrong with any of them is collected; {@link #end} reports all of it at once. A
 * field that is null counts as absent. Not safe for use by several threads at once.
 */
public final class Fields {
    private final JsonNode body;
    private final List<FieldProblem> problems = new ArrayList<>();
    private final Set<String> known = new HashSet<>();

    /** Of a body, which should be an object. */
    Fields(JsonNode body) {
        this.body = body;
        if (!body.isObject()) {
            problems.add(FieldProblem.at("", "the body must be a JSON object"));
        }
    }

    /**
     * A string that must be there.
     *
     * @param reading throws {@link InvalidInputException} or {@link IllegalArgumentException} with what must be different
     * @return empty if there is a problem with it
     */
    public <T> Optional<T> required(String name, Function<String, T> reading) {
        if (isAbsent(name)) {
            problems.add(FieldProblem.at(pointer(name), name + " is missing"));
        }
        return optional(name, reading);
    }

    /** A string that may be there; otherwise as {@link #required}. */
    public <T> Optional<T> optional(String name, Function<String, T> reading) {
        known.add(name);
        return isAbsent(name) ? Optional.empty() : text(pointer(name), body.path(name), reading);
    }

    /**
     * A list of strings that must be there.
     *
     * @param most at most this many; at least one
     * @return those that are right
     */
    public <T> List<T> list(String name, int most, Function<String, T> reading) {
        known.add(name);
        JsonNode list = body.path(name);
        if (isAbsent(name)) {
            problems.add(FieldProblem.at(pointer(name), name + " is missing"));
        } else if (!list.isArray() || list.isEmpty() || list.size() > most) {
            problems.add(FieldProblem.at(pointer(name), name + " must be a list of 1 to " + most + " strings"));
        }
        List<T> values = new ArrayList<>();
        for (int i = 0; list.isArray() && i < Math.min(list.size(), most); i++) {
            String pointer = pointer(name) + "/" + i;
            Optional<T> value = text(pointer, list.path(i), reading);
            if (value.isPresent() && values.contains(value.get())) {
                problems.add(FieldProblem.at(pointer, "it is there twice"));
            }
            value.ifPresent(values::add);
        }
        return values;
    }

    /** A whole number that may be there, from {@code least} to {@code most}. */
    public Optional<Long> number(String name, long least, long most) {
        known.add(name);
        if (isAbsent(name)) {
            return Optional.empty();
        }
        JsonNode value = body.path(name);
        if (!value.isIntegralNumber()
                || !value.canConvertToLong()
                || value.longValue() < least
                || value.longValue() > most) {
            problems.add(
                    FieldProblem.at(pointer(name), name + " must be a whole number from " + least + " to " + most));
            return Optional.empty();
        }
        return Optional.of(value.longValue());
    }

    /** Whether a field has a value. Does not count as taking it. */
    public boolean has(String name) {
        return !isAbsent(name);
    }

    /** Reports something that concerns the field, or the whole body if {@code name} is empty. */
    public void refuse(String name, String detail) {
        problems.add(FieldProblem.at(name.isEmpty() ? "" : pointer(name), detail));
    }

    /**
     * To be called when everything was taken.
     *
     * @throws ProblemException 422 if anything was wrong, or a field is there that was not asked for
     */
    public void end() {
        body.fieldNames().forEachRemaining(name -> {
            if (!known.contains(name)) {
                problems.add(FieldProblem.at(pointer(name), "there is no such field"));
            }
        });
        if (!problems.isEmpty()) {
            throw ProblemException.invalid(problems);
        }
    }

    private boolean isAbsent(String name) {
        return body.path(name).isMissingNode() || body.path(name).isNull();
    }

    private <T> Optional<T> text(String pointer, JsonNode value, Function<String, T> reading) {
        if (!value.isTextual()) {
            problems.add(FieldProblem.at(pointer, "it must be a string"));
            return Optional.empty();
        }
        try {
            return Optional.of(reading.apply(value.textValue()));
        } catch (InvalidInputException | IllegalArgumentException e) {
            problems.add(FieldProblem.at(pointer, String.valueOf(e.getMessage())));
            return Optional.empty();
        }
    }

    private static String pointer(String name) {
        return "/" + name.replace("~", "~0").replace("/", "~1");
    }
}
