/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.seal;

import io.privatefm.spi.CorruptDataException;
import io.privatefm.spi.checkpoint.Verdict;
import io.privatefm.spi.files.RangedFile;
import io.privatefm.spi.store.StoreTx;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Encrypts the texts that the store keeps of a learner: the same format as that of blobs, in base64url. Without a keyring texts are
 * kept as they are. Safe for use by several threads at once.
 */
public final class RowSeal {
    private final @Nullable Keyring keyring;
    private final RandomGenerator random;
    private final BlobOpener opener;

    /**
     * A seal.
     *
     * @param keyring without one, texts stay as they are
     * @param random what salts are drawn from
     */
    public RowSeal(@Nullable Keyring keyring, RandomGenerator random) {
        this.keyring = keyring;
        this.random = random;
        this.opener = new BlobOpener(keyring);
    }

    /** What the store is to keep of a text. */
    public String seal(StoreTx tx, SealContext context, String text) {
        if (keyring == null) {
            return text;
        }
        byte[] payload = text.getBytes(StandardCharsets.UTF_8);
        DataKey key = keyring.in(tx, context.namespace()).newest();
        ByteArrayOutputStream stored = new ByteArrayOutputStream();
        BlobSealer.Run run = BlobSealer.of(context, key, payload.length, random)
                .begin((bytes, length) -> stored.write(bytes, 0, length));
        run.write(payload, payload.length);
        run.finish();
        return Base64.getUrlEncoder().withoutPadding().encodeToString(stored.toByteArray());
    }

    /**
     * The text that was sealed; not to be called inside a transaction.
     *
     * @throws CorruptDataException if it is not what was sealed in this place
     * @throws io.privatefm.spi.WrongKeyException if it is encrypted under another key than the one that is there
     * @throws io.privatefm.spi.KeyDestroyedException if the namespace's key was destroyed
     */
    public String open(SealContext context, String stored) {
        if (keyring == null) {
            return stored;
        }
        try {
            BlobOpener.Payload payload = opener.open(new Text(decoded(stored)), context);
            byte[] text = new byte[(int) payload.size()];
            payload.read(0, ByteBuffer.wrap(text));
            return new String(text, StandardCharsets.UTF_8);
        } catch (Unsealable e) {
            throw e.aboutRow(
                    "the " + context.role() + " row " + context.version() + " of namespace " + context.namespace());
        }
    }

    private static byte[] decoded(String stored) throws Unsealable {
        try {
            return Base64.getUrlDecoder().decode(stored);
        } catch (IllegalArgumentException e) {
            throw new Unsealable(Verdict.BIT_ROT, "is no sealed text");
        }
    }

    /** Bytes in memory, to be read as a blob is. */
    private static final class Text implements RangedFile {
        private final byte[] bytes;

        Text(byte[] bytes) {
            this.bytes = bytes;
        }

        @Override
        public long size() {
            return bytes.length;
        }

        @Override
        public void read(long position, ByteBuffer target) {
            target.put(bytes, (int) position, target.remaining());
        }

        @Override
        public void close() {
            // memory
        }
    }
}
