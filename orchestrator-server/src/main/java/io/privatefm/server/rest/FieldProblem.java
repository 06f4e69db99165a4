/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * What is wrong with one part of a request.
 *
 * @param pointer RFC 6901 pointer into the body; empty for the body as a whole and for what is not in the body
 * @param parameter name of the path or query parameter or header, if that is at fault
 * @param detail one line for a person
 */
public record FieldProblem(
        String pointer,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String parameter,
        String detail) {
    /** Something in the body. */
    public static FieldProblem at(String pointer, String detail) {
        return new FieldProblem(pointer, null, detail);
    }

    /** A parameter. */
    public static FieldProblem parameter(String name, String detail) {
        return new FieldProblem("", name, detail);
    }
}
