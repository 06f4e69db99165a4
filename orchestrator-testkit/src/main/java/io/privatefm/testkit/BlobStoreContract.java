/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.spi.Sha256;
import io.privatefm.spi.blob.BlobStore;
import io.privatefm.spi.blob.BlobWriter;
import io.privatefm.spi.files.RangedFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/**
 * What every {@link BlobStore} must do, as far as it can be seen without pulling the plug. Extend it and return an empty store:
 *
 * <pre>
 * class MyBlobsTest extends BlobStoreContract {
 *     &#64;Override
 *     protected BlobStore emptyStore() { return new MyBlobs(); }
 * }
 * </pre>
 */
@DisplayName("A blob store")
public abstract class BlobStoreContract extends BlobDestructionContract {
    /** For subclasses. */
    protected BlobStoreContract() {}

    @Nested
    @DisplayName("takes a blob, and")
    class Writing {
        @Test
        @DisplayName("names it by the SHA-256 of its bytes and gives them back")
        void name() {
            assertThat(put(ANNA, HELLO)).isEqualTo(NAME);
            assertInSight(ANNA);
        }

        @Test
        @DisplayName("takes one without a byte, and without a write")
        void empty() {
            try (BlobWriter writer = store().create(ANNA, 0)) {
                assertThat(writer.commit()).isEqualTo(sha256(new byte[0]));
            }
            assertThat(get(ANNA, sha256(new byte[0]))).isEmpty();
        }

        @Test
        @DisplayName(
                "takes bytes in pieces from buffers of any kind, from position to limit, where the position is then")
        void pieces() {
            Random random = random("pieces");
            byte[] content = bytes(random, 100_000);
            try (BlobWriter writer = store().create(ANNA, content.length)) {
                for (int at = 0; at < content.length; ) {
                    int length = random.nextInt(Math.min(20_000, content.length - at) + 1);
                    ByteBuffer heap = ByteBuffer.wrap(content, at, length);
                    ByteBuffer piece = switch (random.nextInt(3)) {
                        case 0 -> heap;
                        case 1 -> heap.asReadOnlyBuffer();
                        default ->
                            ByteBuffer.allocateDirect(length + 7)
                                    .position(7)
                                    .put(heap)
                                    .position(7);
                    };
                    int limit = piece.limit();
                    writer.write(piece);
                    assertThat(piece.position()).isEqualTo(limit);
                    assertThat(piece.limit()).isEqualTo(limit);
                    at += length;
                }
                assertThat(writer.commit()).isEqualTo(sha256(content));
            }
            assertThat(get(ANNA, sha256(content))).isEqualTo(content);
        }

        @Test
        @DisplayName("takes fewer or more bytes than were expected")
        void otherSize() {
            for (long expected : new long[] {0, 4, 1_000}) {
                try (BlobWriter writer = store().create(ANNA, expected)) {
                    writer.write(ByteBuffer.wrap(HELLO));
                    assertThat(writer.commit()).isEqualTo(NAME);
                }
            }
            assertInSight(ANNA);
        }

        @Test
        @DisplayName("shows nothing of it before the commit, and keeps nothing of it without one")
        void invisibleBeforeCommit() {
            BlobWriter writer = store().create(ANNA, HELLO.length);
            writer.write(ByteBuffer.wrap(HELLO));
            assertOutOfSight(ANNA);
            writer.close();
            writer.close();

            assertOutOfSight(ANNA);
            assertThat(store().discard(ANNA, NAME)).isFalse();
            assertThat(store().restore(ANNA, NAME)).isFalse();
        }

        @Test
        @DisplayName("keeps a committed one when its writer is closed, twice")
        void closedAfterCommit() {
            BlobWriter writer = store().create(ANNA, HELLO.length);
            writer.write(ByteBuffer.wrap(HELLO));
            writer.commit();
            writer.close();
            writer.close();

            assertInSight(ANNA);
        }

        @Test
        @DisplayName("refuses every call to a writer after its commit or its close")
        void noCallAfterwards() {
            BlobWriter committed = store().create(ANNA, 0);
            committed.commit();
            BlobWriter closed = store().create(ANNA, 0);
            closed.close();
            for (BlobWriter writer : List.of(committed, closed)) {
                assertThatThrownBy(() -> writer.write(ByteBuffer.wrap(HELLO)))
                        .isInstanceOf(IllegalStateException.class);
                assertThatThrownBy(writer::commit).isInstanceOf(IllegalStateException.class);
            }
            committed.close();
        }

        @Test
        @DisplayName("keeps writers apart that are open at the same time")
        void interleaved() {
            byte[] other = "other".getBytes(StandardCharsets.US_ASCII);
            try (BlobWriter first = store().create(ANNA, 5);
                    BlobWriter second = store().create(ANNA, 5)) {
                for (int i = 0; i < 5; i++) {
                    first.write(ByteBuffer.wrap(HELLO, i, 1));
                    second.write(ByteBuffer.wrap(other, i, 1));
                }
                assertThat(second.commit()).isEqualTo(sha256(other));
                assertThat(first.commit()).isEqualTo(NAME);
            }
            assertThat(get(ANNA, NAME)).isEqualTo(HELLO);
            assertThat(get(ANNA, sha256(other))).isEqualTo(other);
        }

        @Test
        @DisplayName("keeps one copy of bytes that the namespace has already")
        void twice() {
            put(ANNA, HELLO);
            assertThat(put(ANNA, HELLO)).isEqualTo(NAME);
            assertInSight(ANNA);
        }

        @Test
        @DisplayName("lets several writers of equal bytes commit at the same time: all succeed, one copy remains")
        void together() throws Exception {
            for (int round = 0; round < ROUNDS; round++) {
                byte[] content = ("round " + round).getBytes(StandardCharsets.US_ASCII);
                assertThat(Race.run(Collections.nCopies(4, () -> put(ANNA, content))))
                        .containsOnly(sha256(content));
                assertThat(get(ANNA, sha256(content))).isEqualTo(content);
                assertThat(store().list(ANNA)).hasSize(round + 1);
            }
        }
    }

    @Nested
    @DisplayName("opens a blob, and")
    class Reading {
        @Test
        @DisplayName("finds none that was never written, and none of another owner")
        void absent() {
            assertThat(store().open(ANNA, NAME)).isEmpty();
            put(ANNA, HELLO);
            assertThat(store().open(ANNA, sha256(new byte[] {1}))).isEmpty();
            assertOutOfSight(BEN);

            put(BEN, HELLO);
            store().discard(ANNA, NAME);
            store().purge(ANNA, Instant.now().plus(Duration.ofDays(1)));
            assertInSight(BEN);
        }

        @Test
        @DisplayName("gives any range, to several threads at once, and none beyond its end")
        void ranges() throws Exception {
            byte[] content = bytes(random("ranges"), 70_000);
            Sha256 name = put(ANNA, content);
            try (RangedFile blob = store().open(ANNA, name).orElseThrow()) {
                assertThat(blob.size()).isEqualTo(content.length);
                Race.run(Collections.nCopies(4, () -> {
                    for (int from = 0; from + 777 <= content.length; from += 311) {
                        ByteBuffer range = ByteBuffer.allocate(777);
                        blob.read(from, range);
                        assertThat(range.flip()).isEqualTo(ByteBuffer.wrap(content, from, 777));
                    }
                    return true;
                }));
                blob.read(content.length, ByteBuffer.allocate(0));
                for (int from : new int[] {-1, content.length - 9, content.length + 1}) {
                    assertThatThrownBy(() -> blob.read(from, ByteBuffer.allocate(10)))
                            .isInstanceOf(IndexOutOfBoundsException.class);
                }
            }
        }
    }

    @Nested
    @DisplayName("lists, discards, restores and purges blobs, and")
    class Lifetime {
        @Test
        @DisplayName("lists each blob of an owner once, with its size and time")
        void list() {
            assertThat(store().list(ANNA)).isEmpty();
            for (int length = 0; length < 300; length++) {
                put(ANNA, new byte[length]);
            }

            assertThat(store().list(ANNA)).hasSize(300).allSatisfy(blob -> {
                assertThat(blob.name()).isEqualTo(sha256(new byte[(int) blob.bytes()]));
                assertThat(blob.storedAt()).isBetween(future.minus(Duration.ofDays(3)), future);
            });
            assertThat(store().list(BEN)).isEmpty();
        }

        @Test
        @DisplayName("hides a discarded one, once, and brings it back with its bytes, once")
        void discardAndRestore() {
            put(ANNA, HELLO);
            put(BEN, HELLO);

            assertThat(store().discard(ANNA, NAME)).isTrue();
            assertOutOfSight(ANNA);
            assertThat(store().discard(ANNA, NAME)).isFalse();
            assertInSight(BEN);
            assertThat(store().restore(BEN, NAME)).isFalse();

            assertThat(store().restore(ANNA, NAME)).isTrue();
            assertInSight(ANNA);
            assertThat(store().restore(ANNA, NAME)).isFalse();
            assertInSight(ANNA);
        }

        @Test
        @DisplayName("discards and restores none that is not there")
        void nothingThere() {
            assertThat(store().discard(ANNA, NAME)).isFalse();
            assertThat(store().restore(ANNA, NAME)).isFalse();
            assertThat(store().purge(ANNA, future)).isZero();
        }

        @Test
        @DisplayName("destroys what the owner discarded before a time, and nothing else")
        void purge() {
            byte[] other = {1};
            put(ANNA, HELLO);
            put(ANNA, other);
            put(BEN, HELLO);
            store().discard(ANNA, NAME);
            store().discard(BEN, NAME);

            assertThat(store().purge(ANNA, Instant.EPOCH)).isZero();
            assertThat(store().purge(ANNA, future)).isEqualTo(1);
            assertThat(store().purge(ANNA, future)).isZero();

            assertThat(store().restore(ANNA, NAME)).isFalse();
            assertThat(get(ANNA, sha256(other))).isEqualTo(other);
            assertThat(store().restore(BEN, NAME)).isTrue();
            assertInSight(BEN);
        }

        @Test
        @DisplayName("takes the bytes of a discarded one again, and then leaves them when it purges or restores")
        void writtenAgain() {
            put(ANNA, HELLO);
            store().discard(ANNA, NAME);
            assertThat(put(ANNA, HELLO)).isEqualTo(NAME);
            assertInSight(ANNA);
            store().restore(ANNA, NAME);
            assertInSight(ANNA);
            store().discard(ANNA, NAME);
            put(ANNA, HELLO);
            store().purge(ANNA, future);
            assertInSight(ANNA);
        }

        @Test
        @DisplayName("lets one of several callers discard a blob, and one of them restore it")
        void oneDiscards() throws Exception {
            put(ANNA, HELLO);
            for (int round = 0; round < ROUNDS; round++) {
                assertThat(Race.run(Collections.nCopies(4, () -> store().discard(ANNA, NAME))))
                        .containsOnlyOnce(true);
                assertOutOfSight(ANNA);
                assertThat(Race.run(Collections.nCopies(4, () -> store().restore(ANNA, NAME))))
                        .containsOnlyOnce(true);
                assertInSight(ANNA);
            }
        }

        @Test
        @DisplayName("loses nothing when bytes are committed, discarded and restored at the same time")
        void allAtOnce() throws Exception {
            List<Callable<Object>> tasks = List.of(
                    () -> put(ANNA, HELLO),
                    () -> put(ANNA, HELLO),
                    () -> store().discard(ANNA, NAME),
                    () -> store().restore(ANNA, NAME));
            for (int round = 0; round < ROUNDS; round++) {
                assertThat(Race.run(tasks)).startsWith(NAME, NAME);
                if (store().open(ANNA, NAME).isEmpty()) {
                    assertThat(store().restore(ANNA, NAME)).isTrue();
                }
                assertInSight(ANNA);
            }
        }
    }
}
