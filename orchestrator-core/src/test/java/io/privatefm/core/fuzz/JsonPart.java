/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.fuzz;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A part of a JSON text that can be changed into what JSON forbids: an object may hold a key twice, a literal may be
 * anything. Keys are kept as they are written, with their quotes.
 */
final class JsonPart {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** Of an object only. */
    final @Nullable List<String> keys;

    /** Of an object or array. */
    final @Nullable List<JsonPart> children;

    /** The text of anything else. */
    final String literal;

    private JsonPart(@Nullable List<String> keys, @Nullable List<JsonPart> children, String literal) {
        this.keys = keys;
        this.children = children;
        this.literal = literal;
    }

    static JsonPart literal(String text) {
        return new JsonPart(null, null, text);
    }

    static JsonPart array(List<JsonPart> children) {
        return new JsonPart(null, new ArrayList<>(children), "");
    }

    /** The parts of a sound text. */
    static JsonPart of(String json) {
        try {
            return of(MAPPER.readTree(json));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(json, e);
        }
    }

    private static JsonPart of(JsonNode node) {
        if (!node.isContainerNode()) {
            return literal(node.toString());
        }
        List<String> keys = new ArrayList<>();
        List<JsonPart> children = new ArrayList<>();
        node.properties().forEach(field -> keys.add(quoted(field.getKey())));
        node.forEach(child -> children.add(of(child)));
        return new JsonPart(node.isObject() ? keys : null, children, "");
    }

    static String quoted(String text) {
        return MAPPER.getNodeFactory().textNode(text).toString();
    }

    JsonPart copy() {
        if (children == null) {
            return this;
        }
        List<JsonPart> copies = new ArrayList<>(children.size());
        children.forEach(child -> copies.add(child.copy()));
        return new JsonPart(keys == null ? null : new ArrayList<>(keys), copies, "");
    }

    /** Adds all objects and arrays in here that hold something, this one first. */
    void collect(List<JsonPart> containers) {
        if (children != null && !children.isEmpty()) {
            containers.add(this);
            children.forEach(child -> child.collect(containers));
        }
    }

    void write(StringBuilder out) {
        if (children == null) {
            out.append(literal);
            return;
        }
        out.append(keys == null ? '[' : '{');
        for (int i = 0; i < children.size(); i++) {
            out.append(i == 0 ? "" : ",");
            if (keys != null) {
                out.append(keys.get(i)).append(':');
            }
            children.get(i).write(out);
        }
        out.append(keys == null ? ']' : '}');
    }
}
