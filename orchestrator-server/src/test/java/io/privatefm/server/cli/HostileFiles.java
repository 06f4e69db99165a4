/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.privatefm.testkit.SafetensorsBuilder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Bytes that claim to be a safetensors file, each broken in one way. */
final class HostileFiles {
    private static final String SOUND = "{\"t\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}";

    private HostileFiles() {}

    /** One file; {@code name} says what is wrong with it. */
    static final class Hostile {
        private final String name;
        private final byte[] bytes;

        Hostile(String name, byte[] bytes) {
            this.name = name;
            this.bytes = bytes;
        }

        byte[] bytes() {
            return bytes.clone();
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static List<Hostile> all() {
        List<Hostile> all = new ArrayList<>();
        addLengths(all);
        addText(all);
        addEntries(all);
        addLayouts(all);
        addNames(all);
        return all;
    }

    private static void addLengths(List<Hostile> all) {
        byte[] header = SOUND.getBytes(UTF_8);
        all.add(new Hostile("an empty file", new byte[0]));
        all.add(new Hostile("seven bytes", new byte[7]));
        all.add(new Hostile("a header of no bytes", SafetensorsBuilder.assemble("", new byte[0])));
        all.add(new Hostile("a header length alone", SafetensorsBuilder.assemble(40, new byte[0], new byte[0])));
        for (long length :
                new long[] {header.length + 9, 100_000_001, Integer.MAX_VALUE, Long.MAX_VALUE, -1, 1L << 63}) {
            all.add(new Hostile(
                    "a header length of " + Long.toUnsignedString(length),
                    SafetensorsBuilder.assemble(length, header, new byte[8])));
        }
        all.add(new Hostile(
                "a header length that ends inside the header",
                SafetensorsBuilder.assemble(header.length - 1, header, new byte[8])));
        all.add(new Hostile(
                "a Git LFS pointer",
                ("version https://git-lfs.github.com/spec/v1\noid sha256:" + "0".repeat(64) + "\nsize 12345\n")
                        .getBytes(UTF_8)));
        all.add(new Hostile("a zip file, as a pickle is", "PK\003\004archive/data.pkl".getBytes(UTF_8)));
    }

    private static void addText(List<Hostile> all) {
        text(all, "leading white space", " " + SOUND);
        text(all, "a byte order mark", "\ufeff" + SOUND);
        text(all, "an array", "[" + SOUND + "]");
        text(all, "text after the object", SOUND + "{}");
        text(all, "padding of tabs", SOUND + "\t\t");
        text(all, "padding of zeros", SOUND + "\0\0");
        text(all, "a comment", "{/* */" + SOUND.substring(1));
        text(all, "single quotes", SOUND.replace('"', '\''));
        text(all, "a trailing comma", SOUND.replace("}}", "},}"));
        text(all, "no closing brace", SOUND.substring(0, SOUND.length() - 1));
        text(all, "nesting without end", "{\"t\":" + "[".repeat(5_000));
        text(all, "nesting in metadata", "{\"__metadata__\":{\"a\":{\"b\":\"c\"}}," + SOUND.substring(1));
        text(all, "metadata that is a number", "{\"__metadata__\":{\"a\":1}," + SOUND.substring(1));
        text(all, "metadata that is a list", "{\"__metadata__\":[]," + SOUND.substring(1));
        text(all, "metadata that is null", "{\"__metadata__\":null," + SOUND.substring(1));
        text(
                all,
                "metadata of 100 000 characters",
                "{\"__metadata__\":{\"a\":\"" + "x".repeat(100_000) + "\"}," + SOUND.substring(1));
        byte[] bad = SOUND.getBytes(ISO_8859_1);
        bad[2] = (byte) 0xff;
        all.add(new Hostile("text that is not UTF-8", SafetensorsBuilder.assemble(bad.length, bad, new byte[8])));
        String sixteen = IntStream.range(0, 400_000)
                .mapToObj(i -> "\"t" + i + "\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}")
                .collect(Collectors.joining(",", "{", "}"));
        all.add(new Hostile("400 000 tensors", SafetensorsBuilder.assemble(sixteen, new byte[0])));
    }

    private static void addEntries(List<Hostile> all) {
        entry(all, "an unknown dtype", "{\"dtype\":\"F33\",\"shape\":[2],\"data_offsets\":[0,8]}");
        entry(all, "a dtype in lower case", "{\"dtype\":\"f32\",\"shape\":[2],\"data_offsets\":[0,8]}");
        entry(all, "a dtype that is a number", "{\"dtype\":32,\"shape\":[2],\"data_offsets\":[0,8]}");
        entry(all, "no dtype", "{\"shape\":[2],\"data_offsets\":[0,8]}");
        entry(all, "no shape", "{\"dtype\":\"F32\",\"data_offsets\":[0,8]}");
        entry(all, "no offsets", "{\"dtype\":\"F32\",\"shape\":[2]}");
        entry(all, "an unknown field", "{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8],\"x\":1}");
        entry(all, "a field twice", "{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}");
        entry(all, "an entry that is null", "null");
        entry(all, "an entry that is a list", "[\"F32\",[2],[0,8]]");
        entry(all, "a negative dimension", "{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}");
        entry(all, "two negative dimensions", "{\"dtype\":\"F32\",\"shape\":[-2,-1],\"data_offsets\":[0,8]}");
        entry(all, "a dimension with a fraction", "{\"dtype\":\"F32\",\"shape\":[2.0],\"data_offsets\":[0,8]}");
        entry(all, "a dimension that is text", "{\"dtype\":\"F32\",\"shape\":[\"2\"],\"data_offsets\":[0,8]}");
        entry(
                all,
                "a dimension of 2^64",
                "{\"dtype\":\"F32\",\"shape\":[18446744073709551616],\"data_offsets\":[0,8]}");
        entry(
                all,
                "dimensions whose product overflows to the right size",
                "{\"dtype\":\"F32\",\"shape\":[4611686018427387905,2,2],\"data_offsets\":[0,16]}");
        entry(all, "nine dimensions", "{\"dtype\":\"F32\",\"shape\":[2,1,1,1,1,1,1,1,1],\"data_offsets\":[0,8]}");
        entry(all, "more elements than bytes", "{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}");
        entry(all, "fewer elements than bytes", "{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,8]}");
        entry(all, "half a byte", "{\"dtype\":\"F4\",\"shape\":[15],\"data_offsets\":[0,8]}");
        entry(all, "one offset", "{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0]}");
        entry(all, "three offsets", "{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8,8]}");
        entry(all, "offsets that run backwards", "{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}");
        entry(all, "a negative offset", "{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[-8,0]}");
        entry(all, "offsets beyond the file", "{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,16]}");
        entry(
                all,
                "offsets near 2^63",
                "{\"dtype\":\"U8\",\"shape\":[8],\"data_offsets\":[9223372036854775799,9223372036854775807]}");
        entry(all, "offsets of 2^64", "{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,18446744073709551624]}");
        entry(all, "offsets in scientific notation", "{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8e0]}");
    }

    private static void addLayouts(List<Hostile> all) {
        String two = "\"%s\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[%d,%d]}";
        layout(all, "a hole between two tensors", 9, two, "a", 0, 4, "b", 5, 9);
        layout(all, "tensors that overlap", 7, two, "a", 0, 4, "b", 3, 7);
        layout(all, "tensors that share their bytes", 4, two, "a", 0, 4, "b", 0, 4);
        layout(all, "a hole before the first tensor", 9, two, "a", 1, 5, "b", 5, 9);
        layout(all, "bytes after the last tensor", 9, two, "a", 0, 4, "b", 4, 8);
        layout(all, "a missing last byte", 7, two, "a", 0, 4, "b", 4, 8);
        layout(all, "a name twice", 8, two, "a", 0, 4, "a", 4, 8);
    }

    private static void addNames(List<Hostile> all) {
        for (String name : List.of(
                "", "a..b", "../../etc/passwd", "a/b", "a\\\\b", "a b", "\\u001b[31m", "\\n", "é", "a\\u0000")) {
            text(all, "a tensor called '" + name + "'", SOUND.replace("\"t\"", '"' + name + '"'));
        }
        text(all, "a tensor's name of 1000 letters", SOUND.replace("\"t\"", '"' + "n".repeat(1000) + '"'));
        text(
                all,
                "an escaped name twice",
                "{\"\\u0074\"" + SOUND.substring(4, SOUND.length() - 1) + "," + SOUND.substring(1));
    }

    private static void layout(List<Hostile> all, String name, int bytes, String entry, Object... arguments) {
        String header = Arrays.asList(0, 3).stream()
                .map(at -> String.format(
                        java.util.Locale.ROOT, entry, arguments[at], arguments[at + 1], arguments[at + 2]))
                .collect(Collectors.joining(",", "{", "}"));
        all.add(new Hostile(name, SafetensorsBuilder.assemble(header, new byte[bytes])));
    }

    private static void entry(List<Hostile> all, String name, String entry) {
        text(all, name, "{\"t\":" + entry + "}");
    }

    private static void text(List<Hostile> all, String name, String header) {
        all.add(new Hostile(name, SafetensorsBuilder.assemble(header, new byte[8])));
    }
}
