/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.privatefm.spi.NsUid;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.UnavailableException;
import io.privatefm.spi.blob.BlobWriter;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The part of the blob store's contract that says what is left when everything of an owner is destroyed. */
abstract class BlobDestructionContract extends BlobFixture {
    @Nested
    @DisplayName("destroys everything of an owner, and")
    class Destruction {
        @Test
        @DisplayName("has nothing of the owner in sight or discarded afterwards, and all of another's")
        void destroyed() {
            byte[] other = {1};
            for (NsUid owner : List.of(ANNA, BEN)) {
                put(owner, HELLO);
                put(owner, other);
                store().discard(owner, sha256(other));
            }

            store().destroy(ANNA);

            assertOutOfSight(ANNA);
            assertThat(store().restore(ANNA, sha256(other))).isFalse();
            assertThat(store().restore(ANNA, NAME)).isFalse();
            assertThat(store().discard(ANNA, NAME)).isFalse();
            assertThat(store().purge(ANNA, future)).isZero();
            assertInSight(BEN);
            assertThat(store().restore(BEN, sha256(other))).isTrue();
        }

        @Test
        @DisplayName("may do so again, and for an owner of nothing")
        void again() {
            store().destroy(ANNA);
            put(ANNA, HELLO);
            store().destroy(ANNA);
            store().destroy(ANNA);

            assertOutOfSight(ANNA);
        }

        @Test
        @DisplayName("takes new blobs of that owner, also ones of the same bytes")
        void writtenAgain() {
            put(ANNA, HELLO);
            store().destroy(ANNA);

            assertThat(put(ANNA, HELLO)).isEqualTo(NAME);
            assertInSight(ANNA);
            assertThat(store().discard(ANNA, NAME)).isTrue();
            assertThat(store().restore(ANNA, NAME)).isTrue();
            assertInSight(ANNA);
        }

        @Test
        @DisplayName(
                "lets a writer that was open before leave a blob of what it wrote, or fail, and brings no other back")
        void openWriter() {
            byte[] other = {1};
            put(ANNA, HELLO);
            put(ANNA, other);
            store().discard(ANNA, sha256(other));
            byte[] late = {2, 3};
            try (BlobWriter writer = store().create(ANNA, late.length)) {
                writer.write(ByteBuffer.wrap(late, 0, 1));
                store().destroy(ANNA);
                if (finishes(writer, late)) {
                    assertThat(get(ANNA, sha256(late))).isEqualTo(late);
                    assertThat(listed(ANNA)).containsExactly(sha256(late));
                } else {
                    assertOutOfSight(ANNA);
                    assertThat(store().open(ANNA, sha256(late))).isEmpty();
                }
            }
            for (Sha256 old : List.of(NAME, sha256(other))) {
                assertThat(store().open(ANNA, old)).isEmpty();
                assertThat(store().restore(ANNA, old)).isFalse();
            }
            store().destroy(ANNA);
            assertThat(store().list(ANNA)).isEmpty();
        }

        private boolean finishes(BlobWriter writer, byte[] content) {
            try {
                writer.write(ByteBuffer.wrap(content, 1, content.length - 1));
                assertThat(writer.commit()).isEqualTo(sha256(content));
                return true;
            } catch (UnavailableException e) {
                return false;
            }
        }

        @Test
        @DisplayName("leaves nothing that others move to and fro, and nothing but what others write, at the same time")
        void allAtOnce() throws Exception {
            for (int round = 0; round < ROUNDS; round++) {
                byte[] late = {(byte) round};
                put(ANNA, HELLO);
                Race.run(List.of(
                        () -> done(() -> store().destroy(ANNA)),
                        () -> done(() -> store().destroy(ANNA)),
                        () -> tried(() -> store().discard(ANNA, NAME)),
                        () -> tried(() -> store().restore(ANNA, NAME)),
                        () -> tried(() -> put(ANNA, late))));

                assertThat(store().open(ANNA, NAME)).isEmpty();
                assertThat(store().restore(ANNA, NAME)).isFalse();
                assertThat(List.of(sha256(late))).containsAll(listed(ANNA));
                store().destroy(ANNA);
                assertOutOfSight(ANNA);
            }
        }

        private boolean done(Runnable call) {
            call.run();
            return true;
        }

        private boolean tried(Runnable call) {
            try {
                call.run();
                return true;
            } catch (UnavailableException e) {
                return false; // its folders were destroyed under its hands
            }
        }
    }
}
