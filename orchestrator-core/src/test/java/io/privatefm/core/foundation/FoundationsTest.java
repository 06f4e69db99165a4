/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.foundation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.core.ModelCheck;
import io.privatefm.core.ModelFixture;
import io.privatefm.core.Releases;
import io.privatefm.core.hash.ContentHash;
import io.privatefm.core.hash.TensorStream;
import io.privatefm.core.model.Dtype;
import io.privatefm.core.model.InMemoryModelFiles;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.FoundationWrongException;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.foundation.FoundationRelease;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayName("Foundation releases")
class FoundationsTest {
    private final InMemoryModelFiles first = ModelFixture.tiny(1).files();
    private final InMemoryModelFiles second = ModelFixture.tiny(2).files();
    private final Sha256 firstHash = ModelCheck.contentHash(first, 1);
    private final Sha256 secondHash = ModelCheck.contentHash(second, 1);
    private final Releases store = new Releases();
    private final Foundations foundations = new Foundations(store, TensorStream.sequential());

    @AfterEach
    void everythingIsClosed() {
        assertThat(first.openHandles()).isZero();
        assertThat(second.openHandles()).isZero();
    }

    @Nested
    @DisplayName("are found")
    class List {
        @Test
        @DisplayName("by name; the newest is the last of the list, whatever digits are in its name")
        void found() {
            store.put("release-10", first).put("release-9", second);

            assertThat(foundations.newest()).isEqualTo(new FoundationRelease(2, "release-9", Optional.empty()));
            assertThat(foundations.named("release-10"))
                    .isEqualTo(new FoundationRelease(1, "release-10", Optional.empty()));
        }

        @Test
        @DisplayName("or it is said that there is none")
        void none() {
            assertThatThrownBy(foundations::newest)
                    .isInstanceOfSatisfying(
                            InvalidInputException.class,
                            e -> assertThat(e.code()).isEqualTo(ErrorCode.MODEL_INVALID))
                    .hasMessage("the foundation store has no release");
            store.put("r1", first);
            assertThatThrownBy(() -> foundations.named("r2"))
                    .isInstanceOfSatisfying(
                            InvalidInputException.class,
                            e -> assertThat(e.code()).isEqualTo(ErrorCode.MODEL_INVALID))
                    .hasMessage("the foundation store has no release 'r2'");
        }
    }

    @Test
    @DisplayName("open with content hash, digests, tensors and configuration")
    void open() {
        store.put("r1", first).promise("r1", firstHash);

        try (Foundation foundation = foundations.open(foundations.named("r1"))) {
            assertThat(foundation.contentHash()).isEqualTo(firstHash);
            assertThat(foundation.release().name()).isEqualTo("r1");
            assertThat(foundation.config().modelType()).isEqualTo("llama");
            assertThat(foundation.tensors().keySet())
                    .isEqualTo(foundation.digests().keySet())
                    .isEqualTo(foundation.infos().keySet())
                    .hasSize(7);
            assertThat(ContentHash.ofModel(foundation.digests().values())).isEqualTo(firstHash);
            assertThat(foundation.files()).isSameAs(first);
        }
        assertThat(foundations.contentHash("r1")).isEqualTo(firstHash);
    }

    @Test
    @DisplayName("that are not what the list promises are wrong, every time, and their files are closed")
    void brokenPromise() {
        store.put("r1", second).promise("r1", firstHash);

        for (int attempt = 0; attempt < 2; attempt++) {
            assertThatThrownBy(() -> foundations.open(foundations.named("r1")))
                    .isInstanceOfSatisfying(
                            FoundationWrongException.class,
                            e -> assertThat(e.code()).isEqualTo(ErrorCode.FOUNDATION_WRONG))
                    .hasMessage(
                            "foundation release r1 should have content hash " + firstHash + " but has " + secondHash);
            assertThatThrownBy(() -> foundations.contentHash("r1")).isInstanceOf(FoundationWrongException.class);
        }
    }

    @Test
    @DisplayName("that are no models are refused, and their files are closed")
    void noModel() {
        store.put("r1", new InMemoryModelFiles().put("model.safetensors", new byte[3]));

        assertThatThrownBy(() -> foundations.open(foundations.named("r1")))
                .isInstanceOfSatisfying(
                        InvalidInputException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.MODEL_INVALID));
    }

    @Nested
    @DisplayName("are hashed")
    class Remembering {
        @Test
        @DisplayName("once: the content hash is then known without opening them")
        void once() {
            store.put("r1", first);
            foundations.contentHash("r1");

            assertThat(foundations.contentHash("r1")).isEqualTo(firstHash);

            assertThat(store.opened()).isEqualTo(1);
        }

        @Test
        @DisplayName("again after forget(): bytes that changed since are seen")
        void forget() {
            store.put("r1", first);
            assertThat(foundations.contentHash("r1")).isEqualTo(firstHash);
            store.put("r1", second);
            assertThat(foundations.contentHash("r1")).isEqualTo(firstHash);

            foundations.forget();

            assertThat(foundations.contentHash("r1")).isEqualTo(secondHash);
        }

        @Test
        @DisplayName("again when they are opened and have other tensors than before")
        void otherTensors() {
            store.put("r1", first);
            foundations.contentHash("r1");
            InMemoryModelFiles larger =
                    ModelFixture.tiny(1).random("extra.weight", Dtype.F32, 2).files();
            store.put("r1", larger);

            try (Foundation foundation = foundations.open(foundations.named("r1"))) {
                assertThat(foundation.contentHash()).isEqualTo(ModelCheck.contentHash(larger, 1));
            }
        }

        @Test
        @DisplayName("and held, when they are opened, against a promise that the list made later, too")
        void laterPromise() {
            store.put("r1", first);
            foundations.contentHash("r1");
            store.promise("r1", secondHash);

            assertThatThrownBy(() -> foundations.open(foundations.named("r1")))
                    .isInstanceOf(FoundationWrongException.class)
                    .hasMessage(
                            "foundation release r1 should have content hash " + secondHash + " but has " + firstHash);
        }

        @Test
        @DisplayName("again when they are opened and the list promises something else than before")
        void exchanged() {
            store.put("r1", first).promise("r1", firstHash);
            assertThat(foundations.contentHash("r1")).isEqualTo(firstHash);
            store.put("r1", second).promise("r1", secondHash);

            try (Foundation foundation = foundations.open(foundations.named("r1"))) {
                assertThat(foundation.contentHash()).isEqualTo(secondHash);
            }
            assertThat(foundations.contentHash("r1")).isEqualTo(secondHash);
        }

        @Test
        @DisplayName("each by its own name")
        void byName() {
            store.put("r1", first).put("r2", second);

            assertThat(foundations.contentHash("r1")).isEqualTo(firstHash);
            assertThat(foundations.contentHash("r2")).isEqualTo(secondHash);
        }
    }
}
