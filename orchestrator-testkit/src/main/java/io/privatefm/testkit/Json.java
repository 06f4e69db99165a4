/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.testkit;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The little JSON that the kit needs, from and to maps, lists, strings, booleans, {@code null} and numbers, which are read as
 * {@link Literal} to keep their text. For its own well-formed files only.
 */
final class Json {
    private final String text;
    private int at;

    private Json(String text) {
        this.text = text;
    }

    /** A number that is written exactly so. */
    record Literal(String text) {
        @Override
        public String toString() {
            return text;
        }
    }

    /** Without white space. */
    static String compact(@Nullable Object value) {
        StringBuilder out = new StringBuilder();
        write(value, out, "", ",", ":", false);
        return out.toString();
    }

    /** As Python's {@code json.dumps(…, indent=2)} writes it, with a newline at the end. */
    static String pretty(@Nullable Object value) {
        StringBuilder out = new StringBuilder();
        write(value, out, "\n", ",", ": ", true);
        return out.append('\n').toString();
    }

    /** Reads an object; keys keep their order. */
    static Map<String, Object> object(String text) {
        return asObject(new Json(text).value());
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> asObject(@Nullable Object value) {
        if (value instanceof Map<?, ?> map) {
            return (Map<String, Object>) map;
        }
        throw new IllegalArgumentException("not an object: " + value);
    }

    private static void write(
            @Nullable Object value, StringBuilder out, String indent, String comma, String colon, boolean pretty) {
        String inner = pretty ? indent + "  " : "";
        if (value instanceof Map<?, ?> map) {
            String separator = "{" + inner;
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                out.append(separator);
                writeText(String.valueOf(entry.getKey()), out);
                out.append(colon);
                write(entry.getValue(), out, inner, comma, colon, pretty);
                separator = comma + inner;
            }
            out.append(map.isEmpty() ? "{}" : indent + "}");
        } else if (value instanceof Collection<?> list) {
            String separator = "[" + inner;
            for (Object element : list) {
                out.append(separator);
                write(element, out, inner, comma, colon, pretty);
                separator = comma + inner;
            }
            out.append(list.isEmpty() ? "[]" : indent + "]");
        } else if (value instanceof CharSequence string) {
            writeText(string.toString(), out);
        } else {
            out.append(value);
        }
    }

    private static void writeText(String value, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c < ' ') {
                out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            } else {
                out.append(c == '"' || c == '\\' ? "\\" : "").append(c);
            }
        }
        out.append('"');
    }

    private @Nullable Object value() {
        return switch (next()) {
            case '{' -> members();
            case '[' -> elements();
            case '"' -> string();
            default -> word();
        };
    }

    private @Nullable Object word() {
        int start = at;
        while (at < text.length() && ",]} \n".indexOf(text.charAt(at)) < 0) {
            at++;
        }
        String word = text.substring(start, at);
        return switch (word) {
            case "null" -> null;
            case "true", "false" -> Boolean.valueOf(word);
            default -> new Literal(word);
        };
    }

    private Map<String, @Nullable Object> members() {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        take('{');
        while (next() != '}') {
            String name = string();
            take(':');
            members.put(name, value());
            if (next() == ',') {
                take(',');
            }
        }
        take('}');
        return members;
    }

    private List<@Nullable Object> elements() {
        List<@Nullable Object> elements = new ArrayList<>();
        take('[');
        while (next() != ']') {
            elements.add(value());
            if (next() == ',') {
                take(',');
            }
        }
        take(']');
        return elements;
    }

    private String string() {
        take('"');
        StringBuilder string = new StringBuilder();
        while (text.charAt(at) != '"') {
            if (text.charAt(at) == '\\') {
                at++;
            }
            string.append(text.charAt(at++));
        }
        at++;
        return string.toString();
    }

    private char next() {
        while (text.charAt(at) == ' ' || text.charAt(at) == '\n') {
            at++;
        }
        return text.charAt(at);
    }

    private void take(char expected) {
        if (next() != expected) {
            throw new IllegalArgumentException("expected " + expected + " at " + at + " of " + text);
        }
        at++;
    }
}
