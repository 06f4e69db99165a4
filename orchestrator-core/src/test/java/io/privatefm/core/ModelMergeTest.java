/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.core.model.Dtype;
import io.privatefm.core.model.InMemoryModelFiles;
import io.privatefm.core.model.Shape;
import io.privatefm.modelstore.LocalModelFiles;
import io.privatefm.spi.AlreadyExistsException;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.checkpoint.Verification;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A merge into a model directory")
class ModelMergeTest {
    @TempDir
    Path dir;

    private final InMemoryModelFiles foundation = ModelFixture.tiny(1).files();
    private final InMemoryModelFiles math = AdapterFixture.tiny(2).files();

    @AfterEach
    void everythingIsClosed() {
        assertThat(foundation.openHandles()).isZero();
        assertThat(math.openHandles()).isZero();
    }

    @Test
    @DisplayName("says what it wrote")
    void result() throws Exception {
        InMemoryModelFiles withHead = AdapterFixture.tiny(2)
                .savesModules("score")
                .random("score.weight", 2, 8)
                .files();

        ModelMerge.Result result =
                ModelMerge.into(foundation).adapter("math", withHead, 1f).writeTo(dir.resolve("m"));

        assertThat(result.tensorsChanged()).isEqualTo(5);
        assertThat(result.tensorsAdded()).containsExactly("score.weight");
        try (Stream<Path> files = Files.list(dir.resolve("m"))) {
            assertThat(files.mapToLong(file -> file.toFile().length()).sum()).isEqualTo(result.bytesWritten());
        }
        assertThat(ModelCheck.verify(LocalModelFiles.open(dir.resolve("m")), result.contentHash(), 1))
                .isEqualTo(new Verification.Intact(result.contentHash()));
    }

    @Test
    @DisplayName("needs an adapter, a thread and a shard of at least a byte")
    void arguments() {
        ModelMerge merge = ModelMerge.into(foundation);

        assertRefused(() -> merge.writeTo(dir.resolve("m")), "a merge needs at least one adapter");
        assertRefused(() -> merge.threads(0), "threads must be at least 1, not 0");
        assertRefused(() -> merge.shardBytes(0), "the shard size must be at least 1, not 0");
        assertRefused(
                () -> ModelMerge.into(foundation)
                        .adapter("math", math, Float.NaN)
                        .writeTo(dir.resolve("m")),
                "the weight of math is not finite");
        assertThat(dir).isEmptyDirectory();
    }

    @Test
    @DisplayName("leaves nothing when a merged value is not finite, be it in the last tensor")
    void notFinite() {
        InMemoryModelFiles model = ModelFixture.seeded(1)
                .random("a.weight", Dtype.F32, 700, 700)
                .floats("z.weight", Dtype.BF16, Shape.of(1, 2), 1, Float.NaN)
                .files();
        InMemoryModelFiles adapter = AdapterFixture.seeded(1, 2, 2)
                .linear("a", 700, 700)
                .linear("z", 1, 2)
                .files();

        assertThatThrownBy(() -> ModelMerge.into(model)
                        .adapter("math", adapter, 1f)
                        .threads(3)
                        .writeTo(dir.resolve("m")))
                .isInstanceOfSatisfying(InvalidInputException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.NOT_FINITE);
                    assertThat(e.tensor()).isEqualTo("z.weight");
                })
                .hasMessageStartingWith("z.weight: the merged value of element 1 is NaN");
        assertThat(dir).isEmptyDirectory();
        assertThat(model.openHandles()).isZero();
        assertThat(adapter.openHandles()).isZero();
    }

    @Test
    @DisplayName("does not write over anything")
    void targetExists() throws Exception {
        Path target = Files.createDirectory(dir.resolve("m"));

        assertThatThrownBy(() ->
                        ModelMerge.into(foundation).adapter("math", math, 1f).writeTo(target))
                .isInstanceOf(AlreadyExistsException.class);
        assertThat(target).isEmptyDirectory();
    }

    private static void assertRefused(Runnable call, String message) {
        assertThatThrownBy(call::run)
                .isInstanceOfSatisfying(
                        InvalidInputException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT))
                .hasMessage(message);
    }
}
