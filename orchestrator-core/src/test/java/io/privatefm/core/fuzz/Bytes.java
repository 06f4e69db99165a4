/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.fuzz;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Damage that knows nothing of any format. */
public final class Bytes {
    /** Not UTF-8, not JSON, or not at this place. */
    private static final List<byte[]> FOREIGN = List.of(
            new byte[] {(byte) 0xff},
            new byte[] {(byte) 0xc0, (byte) 0x80},
            new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80},
            new byte[] {(byte) 0xf8, (byte) 0x88},
            new byte[] {(byte) 0xef, (byte) 0xbb, (byte) 0xbf},
            new byte[] {0},
            new byte[] {' ', '\n'},
            new byte[] {'{'},
            new byte[] {']'},
            new byte[] {'"'},
            new byte[] {'\\'});

    private Bytes() {}

    /** The bytes with a bit turned, a byte replaced, a piece cut out, doubled or cut off, or something put in. */
    public static byte[] damaged(SplittableRandom random, byte[] bytes) {
        if (bytes.length == 0) {
            return FOREIGN.get(random.nextInt(FOREIGN.size()));
        }
        int from = random.nextInt(bytes.length);
        int to = Math.min(bytes.length, from + 1 + random.nextInt(12));
        byte[] front = Arrays.copyOf(bytes, from);
        byte[] back = Arrays.copyOfRange(bytes, to, bytes.length);
        return switch (random.nextInt(6)) {
            case 0 -> {
                byte[] turned = bytes.clone();
                turned[from] ^= (byte) (1 << random.nextInt(8));
                yield turned;
            }
            case 1 -> {
                byte[] replaced = bytes.clone();
                replaced[from] = (byte) random.nextInt(256);
                yield replaced;
            }
            case 2 -> joined(front, back);
            case 3 -> joined(Arrays.copyOf(bytes, to), Arrays.copyOfRange(bytes, from, bytes.length));
            case 4 -> front;
            default -> joined(front, FOREIGN.get(random.nextInt(FOREIGN.size())), back);
        };
    }

    /** All of them, one after the other. */
    public static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            joined.writeBytes(part);
        }
        return joined.toByteArray();
    }
}
