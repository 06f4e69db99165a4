/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.merge.DeltaTile;
import io.privatefm.spi.merge.MergeStrategy;
import io.privatefm.spi.merge.TensorKernels;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Strategies and kernels")
class PluginsTest {
    private record Strategy(String id) implements MergeStrategy {
        @Override
        public int revision() {
            return 1;
        }

        @Override
        public void combine(DeltaTile tile, float[] combined) {}
    }

    private record Kernels(String id, int priority, boolean isSupported) implements TensorKernels {
        @Override
        public void lowRankProduct(
                float[] left,
                float[][] right,
                int rank,
                int columns,
                long firstElement,
                int length,
                float scale,
                float[] delta) {}
    }

    @Test
    @DisplayName("are core's own where the host brings none")
    void ownOnes() {
        Plugins plugins = new Plugins(List.of(), List.of());

        assertThat(plugins.kernels()).isInstanceOf(ScalarKernels.class);
        assertThat(plugins.strategy("weighted-sum")).isInstanceOf(WeightedSum.class);
    }

    @Test
    @DisplayName("are found by id; an unknown id names those that are known")
    void strategies() {
        Plugins plugins = new Plugins(List.of(new Strategy("mean")), List.of());

        assertThat(plugins.strategy("mean").id()).isEqualTo("mean");
        assertThatThrownBy(() -> plugins.strategy("median"))
                .isInstanceOfSatisfying(
                        InvalidInputException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFIGURATION))
                .hasMessage("no merge strategy 'median'; known are [mean, weighted-sum]");
    }

    @Test
    @DisplayName("must have different ids, core's own included")
    void twice() {
        for (List<MergeStrategy> found : List.<List<MergeStrategy>>of(
                List.of(new Strategy("mean"), new Strategy("mean")), List.of(new Strategy("weighted-sum")))) {
            assertThatThrownBy(() -> new Plugins(found, List.of()))
                    .isInstanceOfSatisfying(
                            InvalidInputException.class,
                            e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFIGURATION))
                    .hasMessage(
                            "two merge strategies have the id '" + found.get(0).id() + "'");
        }
    }

    @Test
    @DisplayName("the supported kernel of the highest priority is used, whatever the order in which they are found")
    void kernels() {
        Kernels slow = new Kernels("slow", 10, true);
        Kernels fast = new Kernels("fast", 20, true);
        Kernels fastest = new Kernels("fastest", 30, false);
        Kernels worse = new Kernels("worse", -1, true);

        assertThat(new Plugins(List.of(), List.of(slow, fastest, fast)).kernels())
                .isSameAs(fast);
        assertThat(new Plugins(List.of(), List.of(fast, slow, fastest)).kernels())
                .isSameAs(fast);
        assertThat(new Plugins(List.of(), List.of(worse)).kernels()).isInstanceOf(ScalarKernels.class);
    }
}
