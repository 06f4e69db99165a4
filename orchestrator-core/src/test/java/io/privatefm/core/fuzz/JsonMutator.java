/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.fuzz;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Makes JSON texts out of sound ones, a few edits away: keys twice, wrong types, deep nesting, numbers out of range, long
 * lists and texts, half surrogates, and now and then damaged bytes. Most results are JSON still, so that they get past the
 * parser.
 */
public final class JsonMutator {
    private static final List<String> LITERALS = List.of(
            "null",
            "true",
            "false",
            "0",
            "-0",
            "-1",
            "1",
            "8",
            "1.5",
            "-1e-9",
            "1e400",
            "NaN",
            "-Infinity",
            "2147483648",
            "9007199254740993",
            "9223372036854775807",
            "9223372036854775808",
            "18446744073709551616",
            "1".repeat(64),
            "1".repeat(65),
            "\"\"",
            "\"0\"",
            "\"x\"",
            "\"a.b\"",
            "\"..\"",
            "\"\\u0000\"",
            "\"\\ud800\"",
            "\"\\ud83d\\ude00\"",
            "\"é😀\"",
            "{}",
            "[]",
            "[[]]",
            "{\"\":{}}",
            "[0,8]",
            "01",
            "'x'",
            "//");

    private final List<JsonPart> sound;
    private final List<String> words;

    /**
     * @param sound the texts to begin with
     * @param words further literals, which may also take the place of keys where they are texts
     */
    public JsonMutator(List<String> sound, List<String> words) {
        this.sound = sound.stream().map(JsonPart::of).toList();
        this.words = new ArrayList<>(words);
        this.words.addAll(LITERALS);
    }

    /** A text with this many edits, in UTF-8 if none of them says otherwise. */
    public byte[] next(SplittableRandom random, int edits) {
        JsonPart root = any(random, sound).copy();
        for (int i = 0; i < edits; i++) {
            edit(random, root);
        }
        StringBuilder text = new StringBuilder();
        root.write(text);
        byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
        return edits > 0 && random.nextInt(12) == 0 ? Bytes.damaged(random, bytes) : bytes;
    }

    private void edit(SplittableRandom random, JsonPart root) {
        List<JsonPart> containers = new ArrayList<>();
        root.collect(containers);
        if (containers.isEmpty()) {
            return;
        }
        JsonPart place = any(random, containers);
        List<JsonPart> children = place.children;
        @Nullable List<String> keys = place.keys;
        int at = random.nextInt(children.size());
        JsonPart child = children.get(at);
        switch (random.nextInt(14)) {
            case 0 -> children.set(at, JsonPart.literal(any(random, words)));
            case 1 -> insert(random, place, key(random, place), JsonPart.literal(any(random, words)));
            case 2 -> insert(random, place, keys == null ? "" : keys.get(at), child.copy());
            case 3 -> {
                children.remove(at);
                if (keys != null) {
                    keys.remove(at);
                }
            }
            case 4 -> children.set(at, children.set(random.nextInt(children.size()), child));
            case 5 -> {
                JsonPart other = any(random, containers);
                children.set(at, any(random, other.children).copy());
            }
            case 6 -> {
                if (keys != null) {
                    keys.set(at, key(random, place));
                }
            }
            case 7 -> children.set(at, nested(child, random.nextInt(20) == 0 ? 2000 : 1 + random.nextInt(18)));
            case 8 -> {
                if (random.nextInt(20) == 0) {
                    children.set(at, large(random, child));
                }
            }
            default -> {
                if (child.children == null) {
                    children.set(at, JsonPart.literal(changed(random, child.literal)));
                }
            }
        }
    }

    private static void insert(SplittableRandom random, JsonPart place, String key, JsonPart child) {
        int at = random.nextInt(place.children.size() + 1);
        place.children.add(at, child);
        if (place.keys != null) {
            place.keys.add(at, key);
        }
    }

    private String key(SplittableRandom random, JsonPart place) {
        String word = any(random, words);
        return place.keys != null && !word.startsWith("\"") ? any(random, place.keys) : word;
    }

    private static JsonPart nested(JsonPart inner, int levels) {
        if (levels > 100) {
            return JsonPart.literal("[".repeat(levels) + "]".repeat(levels));
        }
        JsonPart outer = inner.copy();
        for (int i = 0; i < levels; i++) {
            outer = JsonPart.array(List.of(outer));
        }
        return outer;
    }

    private static JsonPart large(SplittableRandom random, JsonPart child) {
        int size = 1 + random.nextInt(20_000);
        return switch (random.nextInt(3)) {
            case 0 -> JsonPart.literal("[" + "0,".repeat(size) + "0]");
            case 1 -> JsonPart.literal("\"" + "x.".repeat(size) + "\"");
            default ->
                JsonPart.literal("[" + "[],".repeat(size) + (child.children == null ? child.literal : "0") + "]");
        };
    }

    /** A number a little different, a text with one character more, less or other. */
    private String changed(SplittableRandom random, String literal) {
        if (literal.matches("-?[0-9]{1,30}")) {
            BigInteger number = new BigInteger(literal);
            return switch (random.nextInt(5)) {
                case 0 -> number.add(BigInteger.ONE).toString();
                case 1 -> number.subtract(BigInteger.ONE).toString();
                case 2 -> number.shiftLeft(1 + random.nextInt(3)).toString();
                case 3 -> number.negate().toString();
                default -> BigInteger.valueOf(random.nextLong()).toString();
            };
        }
        if (literal.length() < 3 || literal.charAt(0) != '"') {
            return any(random, words);
        }
        int at = 1 + random.nextInt(literal.length() - 2);
        String front = literal.substring(0, at);
        return switch (random.nextInt(4)) {
            case 0 -> front + literal.substring(at + 1);
            case 1 -> front + literal.charAt(at) + literal.substring(at);
            case 2 -> front + "\"";
            default -> front + Character.forDigit(random.nextInt(16), 16) + literal.substring(at + 1);
        };
    }

    private static <T> T any(SplittableRandom random, List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }
}
