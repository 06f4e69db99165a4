/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.model;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Makes safetensors files out of sound ones by damaging their headers; the same seed gives the same files. */
final class HeaderMutator {
    /** Sound headers, each for {@link #DATA_BYTES} bytes of data. */
    private static final List<String> SOUND = List.of(
            "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}}",
            "{'__metadata__':{'format':'pt'},'x.w':{'dtype':'BF16','shape':[2,2],'data_offsets':[0,8]}}    ",
            "{'a':{'dtype':'U8','shape':[4],'data_offsets':[0,4]},'b':{'dtype':'F16','shape':[2],'data_offsets':[4,8]}}",
            "{'s':{'dtype':'F64','shape':[],'data_offsets':[0,8]},'z':{'dtype':'I64','shape':[0,3],'data_offsets':[8,8]}}",
            "{'q':{'dtype':'F4','shape':[16],'data_offsets':[0,8]},'__metadata__':{'k':'v','é€😀':'\\u00e9\\n'}}");

    private static final List<String> TOKENS = List.of(
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            "'",
            "\\",
            "{}",
            "[]",
            "''",
            "0",
            "-1",
            "-0",
            "1.5",
            "1e9",
            "8",
            "4",
            "9223372036854775807",
            "9223372036854775808",
            "18446744073709551616",
            "null",
            "true",
            "NaN",
            "Infinity",
            "'a'",
            "'b'",
            "'dtype'",
            "'shape'",
            "'data_offsets'",
            "'__metadata__'",
            "'F32'",
            "'U8'",
            "'F4'",
            "'F128'",
            "'\\u0000'",
            "'\\ud800'",
            "'\\ud83d\\ude00'",
            "[0,8]",
            "[8,8]",
            "[4,4]",
            "'a':",
            "'__metadata__':{},",
            "'z0':{'dtype':'U8','shape':[0],'data_offsets':[0,0]},",
            "[[[[[[[[[[[[[[[[[[",
            " ",
            "\t",
            "\n",
            "\0",
            "\uFEFF",
            "//",
            "/**/");

    private static final int DATA_BYTES = 8;

    private final SplittableRandom random;

    HeaderMutator(long seed) {
        this.random = new SplittableRandom(seed);
    }

    /** The next file. */
    byte[] next() {
        byte[] header = utf8(any(SOUND));
        for (int left = 1 + random.nextInt(3); left > 0; left--) {
            header = mutate(header);
        }
        long claimed = random.nextInt(50) == 0 ? header.length + random.nextInt(-3, 4) : header.length;
        int data = random.nextInt(50) == 0 ? random.nextInt(2 * DATA_BYTES) : DATA_BYTES;
        byte[] rest = join(header, new byte[data]);
        return SafetensorsBytes.claiming(claimed, rest);
    }

    private byte[] mutate(byte[] header) {
        int from = random.nextInt(header.length + 1);
        int to = Math.min(header.length, from + random.nextInt(12));
        byte[] front = part(header, 0, from);
        byte[] middle = part(header, from, to);
        byte[] back = part(header, to, header.length);
        return switch (random.nextInt(12)) {
            case 0 -> flipBit(header);
            case 1 -> replaceByte(header);
            case 2 -> join(front, back);
            case 3 -> join(front, middle, middle, back);
            case 4 -> join(front, utf8(any(TOKENS)), middle, back);
            case 5 -> join(front, utf8(any(TOKENS)), back);
            default -> spliceTokens(new String(header, StandardCharsets.ISO_8859_1));
        };
    }

    /** Puts a token in the place of another, so that the JSON has a chance to stay JSON. */
    private byte[] spliceTokens(String header) {
        String[] tokens = header.split("(?<=[\\[\\]{},:])|(?=[\\[\\]{},:])", -1);
        tokens[random.nextInt(tokens.length)] = random.nextBoolean()
                ? new String(utf8(any(TOKENS)), StandardCharsets.ISO_8859_1)
                : tokens[random.nextInt(tokens.length)];
        return String.join("", tokens).getBytes(StandardCharsets.ISO_8859_1);
    }

    private byte[] flipBit(byte[] header) {
        byte[] changed = header.clone();
        if (changed.length > 0) {
            changed[random.nextInt(changed.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return changed;
    }

    private byte[] replaceByte(byte[] header) {
        byte[] changed = header.clone();
        if (changed.length > 0) {
            changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
        }
        return changed;
    }

    private String any(List<String> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    private static byte[] utf8(String text) {
        return text.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] part(byte[] bytes, int from, int to) {
        return Arrays.copyOfRange(bytes, from, to);
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            joined.writeBytes(part);
        }
        return joined.toByteArray();
    }
}
