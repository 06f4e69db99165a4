/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.privatefm.spi.NsUid;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.blob.BlobStore;
import io.privatefm.spi.blob.BlobWriter;
import io.privatefm.spi.blob.StoredBlob;
import io.privatefm.spi.files.RangedFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;

/** Opens the blob store of each test of a contract, and puts blobs into it. */
abstract class BlobFixture {
    static final NsUid ANNA = new NsUid("0123456789abcdef0123456789abcdef");
    static final NsUid BEN = new NsUid("fedcba9876543210fedcba9876543210");
    static final byte[] HELLO = "hello".getBytes(StandardCharsets.US_ASCII);
    static final Sha256 NAME = Sha256.parse("2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
    static final int ROUNDS = 50;
    final Instant future = Instant.now().plus(Duration.ofDays(1));

    @SuppressWarnings("NullAway.Init")
    private BlobStore store;

    /** A store without blobs; called before each test. */
    protected abstract BlobStore emptyStore();

    @BeforeEach
    final void open() {
        store = emptyStore();
    }

    final BlobStore store() {
        return store;
    }

    final Sha256 put(NsUid owner, byte[] content) {
        try (BlobWriter writer = store.create(owner, content.length)) {
            writer.write(ByteBuffer.wrap(content));
            return writer.commit();
        }
    }

    final byte[] get(NsUid owner, Sha256 name) {
        try (RangedFile blob = store.open(owner, name).orElseThrow()) {
            byte[] bytes = new byte[(int) blob.size()];
            blob.read(0, ByteBuffer.wrap(bytes));
            return bytes;
        }
    }

    final List<Sha256> listed(NsUid owner) {
        return store.list(owner).stream().map(StoredBlob::name).toList();
    }

    final void assertInSight(NsUid owner) {
        assertThat(get(owner, NAME)).isEqualTo(HELLO);
        assertThat(listed(owner)).containsExactly(NAME);
    }

    final void assertOutOfSight(NsUid owner) {
        assertThat(store.open(owner, NAME)).isEmpty();
        assertThat(store.list(owner)).isEmpty();
    }

    static Random random(String test) {
        long seed = Long.getLong("pfm.seed", new Random().nextLong());
        System.out.println("BlobStoreContract." + test + ": -Dpfm.seed=" + seed);
        return new Random(seed);
    }

    static byte[] bytes(Random random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    static Sha256 sha256(byte[] bytes) {
        try {
            return Sha256.of(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
