/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.files;

import java.nio.ByteBuffer;

/**
 * An open file that is read by ranges. Safe for use by several threads at once; a read never moves a shared position.
 * Implementations must not map the file into memory: a truncated mapping kills the process.
 */
public interface RangedFile extends AutoCloseable {
    /** Size in bytes when the file was opened. */
    long size();

    /**
     * Fills {@code target} from its position to its limit with the bytes that start at {@code position}. After a failure the
     * content and position of {@code target} are undefined.
     *
     * @param position offset in bytes, {@code 0 <= position} and {@code position + target.remaining() <= size()}
     * @throws IndexOutOfBoundsException if the range is not inside the file
     * @throws io.privatefm.spi.UnavailableException if the bytes cannot be read now; another handle may be needed
     * @throws io.privatefm.spi.CorruptDataException if the file ends earlier than {@link #size()} said
     */
    void read(long position, ByteBuffer target);

    /** Releases the handle. Idempotent. No read may be under way. */
    @Override
    void close();
}
