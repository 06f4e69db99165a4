/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core;

import static io.privatefm.core.EngineFixture.ADA;
import static io.privatefm.core.EngineFixture.MATH;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.merge.MergePolicy;
import io.privatefm.spi.store.CheckpointRow;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Pages of a learner's checkpoints")
class CheckpointPagesTest {
    private final EngineFixture engine = new EngineFixture();

    @AfterEach
    void close() {
        engine.close();
    }

    private List<CheckpointRow> page(long belowVersion, int limit) {
        return engine.orchestrator().checkpoints().page(ADA, belowVersion, limit);
    }

    @Test
    @DisplayName("follow one another from the newest to the oldest, each checkpoint on one of them")
    void all() {
        List<CheckpointRow> expected = new ArrayList<>();
        expected.add(engine.checkpoint(MergePolicy.DEFAULT, MATH));
        for (int seed = 1; seed <= 6; seed++) {
            engine.register(MATH, seed);
            expected.add(0, engine.merge());
        }
        List<CheckpointRow> found = new ArrayList<>();
        for (List<CheckpointRow> page = page(Long.MAX_VALUE, 3);
                !page.isEmpty();
                page = page(page.get(page.size() - 1).version(), 3)) {
            assertThat(page).hasSizeLessThanOrEqualTo(3);
            found.addAll(page);
        }

        assertThat(found).isEqualTo(expected);
        assertThat(page(8, 100)).as("below the next version").isEqualTo(expected);
        assertThat(page(3, 1)).extracting(CheckpointRow::version).containsExactly(2L);
        for (long below : new long[] {1, 0, -1, Long.MIN_VALUE}) {
            assertThat(page(below, 3)).isEmpty();
        }
    }

    @Test
    @DisplayName("end where retention has removed what is older")
    void removed() {
        CheckpointRow first = engine.checkpoint(MergePolicy.DEFAULT, MATH);
        for (int seed = 1; seed <= 3; seed++) {
            engine.register(MATH, seed);
            engine.merge();
        }
        engine.store.inTransaction(
                tx -> tx.removeCheckpoint(first.nsUid(), 1) && tx.removeCheckpoint(first.nsUid(), 2));

        assertThat(page(Long.MAX_VALUE, 9)).extracting(CheckpointRow::version).containsExactly(4L, 3L);
        assertThat(page(3, 9)).isEmpty();
        assertThat(page(2, 9)).isEmpty();
    }

    @Test
    @DisplayName("are empty before the first merge, and there is none of a learner without a namespace")
    void none() {
        engine.provision(MATH);

        assertThat(page(Long.MAX_VALUE, 9)).isEmpty();
        assertThatThrownBy(() -> engine.orchestrator().checkpoints().page(LearnerId.of("nobody"), Long.MAX_VALUE, 9))
                .isInstanceOfSatisfying(
                        InvalidInputException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.NAMESPACE_NOT_FOUND));
    }
}
