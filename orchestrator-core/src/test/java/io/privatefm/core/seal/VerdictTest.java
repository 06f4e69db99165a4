/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.seal;

import static io.privatefm.core.seal.SealFixture.ADA;
import static io.privatefm.core.seal.SealFixture.BEN;
import static io.privatefm.core.seal.SealFixture.variant;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.privatefm.core.InMemory;
import io.privatefm.core.hash.MerkleTree;
import io.privatefm.core.model.TestSeed;
import io.privatefm.spi.CorruptDataException;
import io.privatefm.spi.KeyDestroyedException;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.UnavailableException;
import io.privatefm.spi.UnknownFormatException;
import io.privatefm.spi.WrongKeyException;
import io.privatefm.spi.blob.BlobWriter;
import io.privatefm.spi.checkpoint.Verdict;
import io.privatefm.spi.files.RangedFile;
import io.privatefm.spi.keys.DestructionReceipt;
import io.privatefm.spi.keys.KeyVault;
import io.privatefm.spi.store.DataKeyRow;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("An encrypted blob")
class VerdictTest {
    private static final int CHECKPOINT_BYTES = 64 << 10;

    private final long seed = TestSeed.of(getClass());
    private final SealFixture fixture = new SealFixture(seed);

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 1000, 65_479, 65_480, 65_481, 131_000, 131_001, 1_000_003})
    @DisplayName("gives its payload back, whole and by ranges, and holds none of it in the clear")
    void roundTrip(int length) {
        byte[] payload = fixture.bytes(length);
        SealContext what = variant(ADA, 3, "math");
        SealedBlobs.Stored stored = fixture.sealed.write(what, payload);

        byte[] bytes = fixture.blobs.bytes(ADA, stored.name());
        assertThat(stored.bytes()).isEqualTo(bytes.length);
        assertThat(stored.name()).isEqualTo(Sha256.of(MerkleTree.sha256().digest(bytes)));
        assertThat(fixture.sealed.read(what, stored.name(), length)).isEqualTo(payload);
        try (RangedFile file = fixture.sealed.open(what, stored.name())) {
            assertThat(file.size()).isEqualTo(length);
            for (int i = 0; i < 20; i++) {
                int from = fixture.random.nextInt(length + 1);
                byte[] part = new byte[fixture.random.nextInt(length - from + 1)];
                file.read(from, ByteBuffer.wrap(part));
                assertThat(part).isEqualTo(Arrays.copyOfRange(payload, from, from + part.length));
            }
            assertThatThrownBy(() -> file.read(length, ByteBuffer.allocate(1)))
                    .isInstanceOf(IndexOutOfBoundsException.class);
        }
        for (int at = 0; at + 16 <= length; at += 16) {
            assertThat(indexOf(bytes, Arrays.copyOfRange(payload, at, at + 16)))
                    .as("plain text at %s", at)
                    .isNegative();
            if (at > 2_000) {
                break;
            }
        }
    }

    @Test
    @DisplayName("of 64 KiB is damaged, and nothing else, whichever bit is turned")
    void everyBit() {
        SealContext what = variant(ADA, 3, "math");
        byte[] payload = fixture.bytes(CHECKPOINT_BYTES);
        Sha256 name = fixture.sealed.write(what, payload).name();
        byte[] stored = fixture.blobs.bytes(ADA, name);
        int bits = 8 * stored.length;
        int header = 8 * BlobHeader.BYTES;
        int every = Boolean.getBoolean("pfm.nightly") || Boolean.getBoolean("pfm.ci") ? 1 : 61;
        IntStream turned = IntStream.concat(
                IntStream.range(0, header),
                IntStream.iterate(header + new Random(seed).nextInt(every), bit -> bit < bits, bit -> bit + every));

        List<String> wrong = turned.parallel()
                .mapToObj(bit -> {
                    SealedBlobs flipped =
                            new SealedBlobs(new OneBlob(turned(stored.clone(), bit)), fixture.keyring, fixture.random);
                    Throwable thrown = catchThrowable(() -> readAll(flipped, what, name));
                    return isDamage(thrown) ? "" : "seed " + seed + ", bit " + bit + ": " + thrown;
                })
                .filter(finding -> !finding.isEmpty())
                .toList();

        assertThat(wrong).isEmpty();
    }

    @Test
    @DisplayName(
            "of several segments is damaged with any of many bits turned, cut off anywhere, or with segments swapped, left out or repeated")
    void larger() {
        SealContext what = variant(ADA, 3, "math");
        byte[] payload = fixture.bytes(5 * 65_536 + 17);
        Sha256 name = fixture.sealed.write(what, payload).name();
        int length = fixture.blobs.bytes(ADA, name).length;
        for (int i = 0; i < 500; i++) {
            long bit = fixture.random.nextInt(8 * length);
            fixture.blobs.flip(name, bit);
            assertDamage(what, name);
        }
        for (int i = 0; i < 100; i++) {
            int cut = fixture.random.nextInt(length);
            assertDamage(what, name, whole -> Arrays.copyOf(whole, cut));
        }
        assertDamage(what, name, whole -> Arrays.copyOf(whole, length + 1));
        assertDamage(what, name, whole -> swapped(whole, 1, 2));
        assertDamage(what, name, whole -> copied(whole, 1, 2));
        assertDamage(what, name, whole -> without(whole, 3));
        fixture.blobs.heal();
        assertThat(fixture.sealed.read(what, name, payload.length)).isEqualTo(payload);
    }

    @Test
    @DisplayName("that is put under its right name with altered bytes belongs elsewhere: nobody with the key wrote it")
    void forged() {
        SealContext what = variant(ADA, 3, "math");
        byte[] stored = fixture.blobs.bytes(
                ADA, fixture.sealed.write(what, fixture.bytes(200_000)).name());
        for (UnaryOperator<byte[]> forger : List.<UnaryOperator<byte[]>>of(
                whole -> swapped(whole, 0, 1), whole -> turned(whole, 800_000), whole -> turned(whole, 8 * 124))) {
            Sha256 name = put(ADA, forger.apply(stored.clone()));
            assertVerdict(what, name, Verdict.FOREIGN_BLOB);
        }
    }

    @Test
    @DisplayName("of another learner belongs elsewhere, with its owner's key row too")
    void ofAnotherLearner() {
        Sha256 bens = fixture.sealed
                .write(variant(BEN, 3, "math"), fixture.bytes(1000))
                .name();
        Sha256 copied = put(ADA, fixture.blobs.bytes(BEN, bens));

        assertVerdict(variant(ADA, 3, "math"), copied, Verdict.FOREIGN_BLOB);

        fixture.store.inTransaction(tx -> {
            DataKeyRow row = tx.keys().of(BEN).get(0);
            tx.keys().put(new DataKeyRow(ADA, 2, "f".repeat(32), row.wrapped(), row.createdAt()));
            return true;
        });
        fixture.keyring.forget(ADA);
        assertThatThrownBy(() -> fixture.sealed.read(variant(ADA, 3, "math"), copied, 1000))
                .isInstanceOf(WrongKeyException.class);
    }

    @Test
    @DisplayName("is not written either when the rows of two data keys of one learner were mixed up")
    void mixedUpKeys() {
        DataKeyRow first = fixture.store.inTransaction(tx -> tx.keys().of(ADA)).get(0);
        DataKeyRow second = fixture.draw(ADA, 2);
        fixture.store.inTransaction(tx -> {
            tx.keys().put(new DataKeyRow(ADA, 2, second.keyId(), first.wrapped(), second.createdAt()));
            return true;
        });
        fixture.keyring.forget(ADA);

        assertThatThrownBy(() -> fixture.sealed.write(variant(ADA, 3, "math"), fixture.bytes(1000)))
                .isInstanceOf(WrongKeyException.class)
                .hasMessageContaining("mixed up");
    }

    @Test
    @DisplayName(
            "of another variant, role or later version belongs elsewhere; of an earlier version it was rolled back")
    void ofAnotherPlace() {
        SealContext what = variant(ADA, 3, "math");
        Sha256 name = fixture.sealed.write(what, fixture.bytes(1000)).name();

        assertVerdict(variant(ADA, 3, "reading"), name, Verdict.FOREIGN_BLOB);
        assertVerdict(variant(ADA, 2, "math"), name, Verdict.FOREIGN_BLOB);
        assertVerdict(new SealContext(ADA, SealContext.Role.MANIFEST, 3, "math"), name, Verdict.FOREIGN_BLOB);
        assertVerdict(variant(ADA, 4, "math"), name, Verdict.ROLLBACK);
        assertVerdict(variant(ADA, 4, "reading"), name, Verdict.FOREIGN_BLOB);
        assertThat(fixture.sealed.read(what, name, 1000)).hasSize(1000);
    }

    @Test
    @DisplayName("whose key is destroyed says so, and nothing brings it back")
    void keyDestroyed() {
        SealContext what = variant(ADA, 3, "math");
        Sha256 name = fixture.sealed.write(what, fixture.bytes(1000)).name();

        fixture.vault.destroy(ADA);
        fixture.keyring.forget(ADA);

        assertThatThrownBy(() -> fixture.sealed.open(what, name)).isInstanceOf(KeyDestroyedException.class);
        assertThatThrownBy(() -> fixture.sealed.write(what, new byte[1])).isInstanceOf(KeyDestroyedException.class);
    }

    @Test
    @DisplayName(
            "with another vault is under a wrong key, with a vault that does not answer unavailable; neither is damage")
    void otherVaults() {
        SealContext what = variant(ADA, 3, "math");
        Sha256 name = fixture.sealed.write(what, fixture.bytes(1000)).name();

        KeyVault stranger = InMemory.vault();
        stranger.wrap(ADA, new byte[32]);
        assertThatThrownBy(() -> fixture.another(stranger).open(what, name)).isInstanceOf(WrongKeyException.class);
        assertThatThrownBy(() -> fixture.another(new Silent()).open(what, name))
                .isInstanceOf(UnavailableException.class);
        assertThatThrownBy(() -> new SealedBlobs(fixture.blobs, null, fixture.random).open(what, name))
                .isInstanceOf(WrongKeyException.class)
                .hasMessageContaining("no key vault");
    }

    @Test
    @DisplayName("whose data key was exchanged is under a wrong key")
    void exchangedKey() {
        SealContext what = variant(ADA, 3, "math");
        Sha256 name = fixture.sealed.write(what, fixture.bytes(1000)).name();
        byte[] other = fixture.vault.wrap(ADA, fixture.bytes(32));

        KeyVault exchanging = new KeyVault() {
            @Override
            public byte[] wrap(NsUid namespace, byte[] dataKey) {
                throw new AssertionError();
            }

            @Override
            public byte[] unwrap(NsUid namespace, byte[] wrapped) {
                return fixture.vault.unwrap(namespace, other);
            }

            @Override
            public DestructionReceipt destroy(NsUid namespace) {
                throw new AssertionError();
            }

            @Override
            public List<DestructionReceipt> destroyed() {
                return List.of();
            }
        };

        assertThatThrownBy(() -> fixture.another(exchanging).open(what, name)).isInstanceOf(WrongKeyException.class);
    }

    @Test
    @DisplayName("of a later format is of an unknown one; bytes that are no blob, and plain ones, belong elsewhere")
    void otherFormats() {
        SealContext what = variant(ADA, 3, "math");
        byte[] stored = fixture.blobs.bytes(
                ADA, fixture.sealed.write(what, fixture.bytes(1000)).name());
        byte[] later = stored.clone();
        later[4] = 2;
        Sha256 laterName = put(ADA, later);
        Sha256 text = put(ADA, "not a blob at all".repeat(20).getBytes(StandardCharsets.US_ASCII));
        Sha256 plain = new SealedBlobs(fixture.blobs, null, fixture.random)
                .write(what, new byte[10])
                .name();

        assertThatThrownBy(() -> fixture.sealed.open(what, laterName)).isInstanceOf(UnknownFormatException.class);
        assertVerdict(what, text, Verdict.FOREIGN_BLOB);
        assertVerdict(what, plain, Verdict.FOREIGN_BLOB);
        assertVerdict(what, Sha256.of(new byte[32]), Verdict.MISSING);
    }

    @Test
    @DisplayName(
            "is read with the key that it was written with while the namespace has newer ones, and written with the newest")
    void rotation() {
        SealContext what = variant(ADA, 3, "math");
        byte[] payload = fixture.bytes(100_000);
        Sha256 before = fixture.sealed.write(what, payload).name();
        SealedBlobs reader = fixture.another(fixture.vault);
        assertThat(reader.read(what, before, payload.length)).isEqualTo(payload);

        DataKeyRow second = fixture.draw(ADA, 2);
        fixture.store.inTransaction(tx -> {
            tx.keys().put(second);
            return true;
        });
        fixture.keyring.forget(ADA);
        Sha256 after = fixture.sealed.write(what, payload).name();

        assertThat(keyIdOf(after)).isEqualTo(second.keyId()).isNotEqualTo(keyIdOf(before));
        for (SealedBlobs each : List.of(fixture.sealed, reader)) {
            assertThat(each.read(what, before, payload.length)).isEqualTo(payload);
            assertThat(each.read(what, after, payload.length)).isEqualTo(payload);
        }
    }

    private String keyIdOf(Sha256 name) {
        return HexFormat.of().formatHex(fixture.blobs.bytes(ADA, name), 16, 32);
    }

    private Sha256 put(NsUid owner, byte[] bytes) {
        try (BlobWriter writer = fixture.blobs.create(owner, bytes.length)) {
            writer.write(ByteBuffer.wrap(bytes));
            return writer.commit();
        }
    }

    private void assertDamage(SealContext what, Sha256 name) {
        Throwable thrown = catchThrowable(() -> readAll(fixture.sealed, what, name));
        assertThat(isDamage(thrown)).as("seed %s: %s", seed, thrown).isTrue();
    }

    private void assertDamage(SealContext what, Sha256 name, UnaryOperator<byte[]> damage) {
        fixture.blobs.damage(name, damage);
        assertDamage(what, name);
    }

    private void assertVerdict(SealContext what, Sha256 name, Verdict verdict) {
        assertThatThrownBy(() -> readAll(fixture.sealed, what, name))
                .isInstanceOfSatisfying(
                        CorruptDataException.class,
                        e -> assertThat(e.verdict()).as(e.getMessage()).isEqualTo(verdict));
    }

    private static boolean isDamage(Throwable thrown) {
        return thrown instanceof CorruptDataException corrupt && corrupt.verdict() == Verdict.BIT_ROT;
    }

    private static void readAll(SealedBlobs blobs, SealContext what, Sha256 name) {
        try (RangedFile file = blobs.open(what, name)) {
            file.read(0, ByteBuffer.allocate((int) file.size()));
        }
    }

    private static byte[] turned(byte[] whole, int bit) {
        whole[bit / 8] ^= (byte) (1 << bit % 8);
        return whole;
    }

    private static int start(int segment) {
        return segment == 0 ? BlobHeader.BYTES : 88 + 65_536 * segment;
    }

    private static byte[] swapped(byte[] whole, int one, int two) {
        byte[] copy = copied(whole, one, two);
        System.arraycopy(whole, start(two), copy, start(one), 65_536 - 40);
        return copy;
    }

    private static byte[] copied(byte[] whole, int from, int to) {
        byte[] copy = whole.clone();
        System.arraycopy(whole, start(from), copy, start(to), 65_536 - 40);
        return copy;
    }

    private static byte[] without(byte[] whole, int segment) {
        byte[] copy = Arrays.copyOf(whole, whole.length - 65_536);
        System.arraycopy(whole, start(segment + 1), copy, start(segment), whole.length - start(segment + 1));
        return copy;
    }

    private static int indexOf(byte[] bytes, byte[] part) {
        for (int at = 0; at + part.length <= bytes.length; at++) {
            if (Arrays.equals(bytes, at, at + part.length, part, 0, part.length)) {
                return at;
            }
        }
        return -1;
    }

    /** A vault that does not answer. */
    private static final class Silent implements KeyVault {
        @Override
        public byte[] wrap(NsUid namespace, byte[] dataKey) {
            throw new UnavailableException("no answer");
        }

        @Override
        public byte[] unwrap(NsUid namespace, byte[] wrapped) {
            throw new UnavailableException("no answer");
        }

        @Override
        public DestructionReceipt destroy(NsUid namespace) {
            throw new UnavailableException("no answer");
        }

        @Override
        public List<DestructionReceipt> destroyed() {
            throw new UnavailableException("no answer");
        }
    }
}
