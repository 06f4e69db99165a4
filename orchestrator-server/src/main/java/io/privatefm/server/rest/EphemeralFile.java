/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

import io.privatefm.spi.CorruptDataException;
import io.privatefm.spi.UnavailableException;
import io.privatefm.spi.files.RangedFile;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.GeneralSecurityException;
import java.util.Set;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.IvParameterSpec;

/**
 * A file on the disk that only this process can read, and only for as long as this object is there: AES-256 in counter mode under a key
 * that is kept in memory alone. Whether its bytes are changed meanwhile is not found out here; what is read from it is checked as what
 * comes from outside. Written once from its beginning to its end, then read by ranges, by several threads at once.
 */
final class EphemeralFile implements AutoCloseable {
    private static final String CIPHER = "AES/CTR/NoPadding";
    private static final int BLOCK = 16;
    private static final int PIECE = 64 << 10;

    private final FileChannel channel;
    private final SecretKey key;
    private final BigInteger firstCounter;
    private final Cipher writing;
    private final ByteBuffer piece = ByteBuffer.allocate(PIECE);
    private long size;

    /**
     * A new file.
     *
     * @param number of the file among those under the same key, which must differ: no counter may come twice
     */
    EphemeralFile(Path path, SecretKey key, int number) {
        this.key = key;
        firstCounter = BigInteger.valueOf(number).shiftLeft(Long.SIZE);
        writing = cipher(0);
        try {
            channel = FileChannel.open(
                    path,
                    Set.of(
                            StandardOpenOption.CREATE_NEW,
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE,
                            StandardOpenOption.DELETE_ON_CLOSE));
        } catch (IOException e) {
            throw new UnavailableException("cannot stage an upload in " + path.getParent(), e);
        }
    }

    /** Adds all of {@code clear} to the end. */
    void write(ByteBuffer clear) {
        try {
            while (clear.hasRemaining()) {
                ByteBuffer next = clear.slice(clear.position(), Math.min(clear.remaining(), PIECE));
                clear.position(clear.position() + next.remaining());
                piece.clear();
                writing.update(next, piece);
                piece.flip();
                while (piece.hasRemaining()) {
                    size += channel.write(piece, size);
                }
            }
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw new UnavailableException("cannot stage an upload: " + e.getMessage(), e);
        }
    }

    /** Bytes that were written. */
    long size() {
        return size;
    }

    /** A handle for reading; closing it leaves the file as it is. */
    RangedFile reading() {
        return new RangedFile() {
            @Override
            public long size() {
                return size;
            }

            @Override
            public void read(long position, ByteBuffer target) {
                EphemeralFile.this.read(position, target);
            }

            @Override
            public void close() {}
        };
    }

    private void read(long position, ByteBuffer target) {
        if (position < 0 || position > size - target.remaining()) {
            throw new IndexOutOfBoundsException(
                    position + " + " + target.remaining() + " is not inside of " + size + " bytes");
        }
        try {
            Cipher cipher = cipher(position / BLOCK);
            int skipped = (int) (position % BLOCK);
            cipher.update(new byte[skipped]);
            ByteBuffer sealed = ByteBuffer.allocate(Math.min(PIECE, target.remaining()));
            long at = position;
            while (target.hasRemaining()) {
                sealed.clear().limit(Math.min(sealed.capacity(), target.remaining()));
                fill(sealed, at);
                at += sealed.limit();
                cipher.update(sealed.flip(), target);
            }
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw new UnavailableException("cannot read a staged upload: " + e.getMessage(), e);
        }
    }

    private void fill(ByteBuffer sealed, long start) throws IOException {
        long at = start;
        while (sealed.hasRemaining()) {
            int read = channel.read(sealed, at);
            if (read < 0) {
                throw new CorruptDataException("a staged upload ends at " + at + " of " + size + " bytes");
            }
            at += read;
        }
    }

    /** A cipher that goes on from a block. */
    private Cipher cipher(long block) {
        try {
            byte[] counter = new byte[BLOCK];
            byte[] number = firstCounter.add(BigInteger.valueOf(block)).toByteArray();
            System.arraycopy(number, 0, counter, BLOCK - number.length, number.length);
            Cipher cipher = Cipher.getInstance(CIPHER);
            cipher.init(Cipher.ENCRYPT_MODE, key, new IvParameterSpec(counter)); // the same as decrypting
            return cipher;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has " + CIPHER, e);
        }
    }

    /** Deletes it. Idempotent. */
    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UnavailableException("cannot delete a staged upload: " + e.getMessage(), e);
        }
    }
}
