/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.core.adapter.AdapterFit;
import io.privatefm.core.adapter.TensorChange;
import io.privatefm.core.adapter.TensorChange.Layer;
import io.privatefm.core.model.Dtype;
import io.privatefm.core.model.Shape;
import io.privatefm.core.model.TensorInfo;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.merge.Composition;
import io.privatefm.spi.merge.Rounding;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The planner of a variant")
class VariantPlannerTest {
    private static final TensorInfo WEIGHT = new TensorInfo("m.weight", Dtype.BF16, Shape.of(4, 3));
    private static final TensorInfo BIAS = new TensorInfo("m.bias", Dtype.F32, Shape.of(4));
    private static final Map<String, TensorInfo> FOUNDATION = Map.of("m.weight", WEIGHT, "m.bias", BIAS);

    private static final TensorChange.LowRank LINEAR = lowRank(Layer.LINEAR, null, null);
    private static final TensorChange.LowRank DORA = lowRank(Layer.LINEAR, "magnitude", null);
    private static final TensorChange.LowRank WITH_BASE = lowRank(Layer.LINEAR, null, "base");
    private static final TensorChange.BiasShift SHIFT =
            new TensorChange.BiasShift("m.bias", "shift", 2f, Optional.empty());
    private static final TensorChange.Replace REPLACE = new TensorChange.Replace("m.weight", "whole");
    private static final TensorChange.Add ADD = new TensorChange.Add("score.weight", "head");

    @Nested
    @DisplayName("lays the adapters over each other")
    class Combines {
        @ParameterizedTest
        @EnumSource(Composition.class)
        @DisplayName("tensor by tensor in order of name, terms in order of the adapters, with their weights")
        void inOrder(Composition composition) {
            List<TensorPlan> plans =
                    plan(Rounding.SINGLE, composition, fit("math", 0.5f, LINEAR), fit("art", -2f, SHIFT, LINEAR));

            assertThat(plans)
                    .containsExactly(
                            new TensorPlan.Updated(
                                    BIAS, List.of(new TensorPlan.Term(1, -2f, SHIFT)), Rounding.SINGLE, composition),
                            new TensorPlan.Updated(
                                    WEIGHT,
                                    List.of(new TensorPlan.Term(0, 0.5f, LINEAR), new TensorPlan.Term(1, -2f, LINEAR)),
                                    Rounding.SINGLE,
                                    composition));
        }

        @ParameterizedTest
        @EnumSource(Rounding.class)
        @DisplayName("rounding an embedding's update always, a bias's never, the others' as asked for")
        void rounding(Rounding asked) {
            TensorChange.LowRank embedding = lowRank(Layer.EMBEDDING, null, null);

            assertThat(plan(asked, Composition.SUM, fit("math", 1f, SHIFT, LINEAR)))
                    .extracting(plan -> ((TensorPlan.Updated) plan).rounding())
                    .containsExactly(Rounding.SINGLE, asked);
            assertThat(plan(asked, Composition.SUM, fit("math", 1f, embedding)))
                    .extracting(plan -> ((TensorPlan.Updated) plan).rounding())
                    .containsExactly(Rounding.SAFE);
        }

        @Test
        @DisplayName("copying whole tensors: a replaced one keeps the foundation's form, an added one its own")
        void copied() {
            assertThat(plan(Rounding.SINGLE, Composition.SUM, fit("math", 1f, REPLACE, ADD)))
                    .containsExactly(
                            new TensorPlan.Copied(WEIGHT, 0, "whole"),
                            new TensorPlan.Copied(new TensorInfo("score.weight", Dtype.F16, Shape.of(9)), 0, "head"));
        }

        @Test
        @DisplayName("when each changes tensors of its own, whatever the kinds of change")
        void disjoint() {
            assertThat(plan(Rounding.SINGLE, Composition.SUM, fit("math", 1f, DORA, ADD), fit("art", 3f, SHIFT)))
                    .hasSize(3);
            assertThat(plan(Rounding.SINGLE, Composition.SUM, fit("math", 1f, REPLACE), fit("art", 3f, SHIFT)))
                    .hasSize(2);
            assertThat(plan(Rounding.SINGLE, Composition.SUM, fit("math", 0.5f, WITH_BASE), fit("art", 3f, SHIFT)))
                    .hasSize(2);
        }
    }

    @Nested
    @DisplayName("refuses")
    class Refuses {
        @ParameterizedTest
        @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
        @DisplayName("a weight that is not finite")
        void weight(float weight) {
            assertThatThrownBy(() ->
                            plan(Rounding.SINGLE, Composition.SUM, fit("math", 1f, LINEAR), fit("art", weight, LINEAR)))
                    .isInstanceOfSatisfying(
                            InvalidInputException.class,
                            e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT))
                    .hasMessage("the weight of art is not finite");
        }

        @Test
        @DisplayName("a whole tensor beside another change of the same one, in either order")
        void wholeBesideAnother() {
            String reason = "is replaced as a whole by %s and changed by %s too";

            assertRefused(
                    "m.weight", reason.formatted("math", "art"), fit("math", 1f, REPLACE), fit("art", 1f, LINEAR));
            assertRefused(
                    "m.weight", reason.formatted("art", "math"), fit("math", 1f, LINEAR), fit("art", 1f, REPLACE));
            assertRefused(
                    "m.weight", reason.formatted("math", "art"), fit("math", 1f, REPLACE), fit("art", 1f, REPLACE));
            assertRefused("score.weight", reason.formatted("math", "art"), fit("math", 1f, ADD), fit("art", 1f, ADD));
        }

        @Test
        @DisplayName("a weight on a whole tensor")
        void weightOnWhole() {
            String reason = "is replaced as a whole by math, which takes no weight but 1";

            assertRefused("m.weight", reason, fit("math", 0.5f, REPLACE));
            assertRefused("score.weight", reason, fit("math", 2f, ADD));
        }

        @Test
        @DisplayName("DoRA beside another change of the same tensor, in either order, and DoRA with a weight")
        void dora() {
            String reason = "has a DoRA adapter (math), which combines with no other adapter and takes no weight but 1";

            assertRefused("m.weight", reason, fit("math", 1f, DORA), fit("art", 1f, LINEAR));
            assertRefused("m.weight", reason, fit("art", 1f, LINEAR), fit("math", 1f, DORA));
            assertRefused("m.weight", reason, fit("math", 1f, DORA), fit("art", 1f, DORA));
            assertRefused("m.weight", reason, fit("math", 1.5f, DORA));
        }

        @Test
        @DisplayName("one tensor as two kinds of layer")
        void twoLayers() {
            assertRefused(
                    "m.weight",
                    "is LINEAR for one adapter and TRANSPOSED_LINEAR for another",
                    fit("math", 1f, LINEAR),
                    fit("art", 1f, lowRank(Layer.TRANSPOSED_LINEAR, null, null)));
        }

        @Test
        @DisplayName("values of an own foundation beside another adapter, in either order, for weights and biases")
        void ownBase() {
            String reason = "comes with values of its own foundation from math, which combine with no other adapter";
            TensorChange.BiasShift shift = new TensorChange.BiasShift("m.bias", "shift", 1f, Optional.of("base"));

            assertRefused("m.weight", reason, fit("math", 1f, WITH_BASE), fit("art", 1f, LINEAR));
            assertRefused("m.weight", reason, fit("art", 1f, LINEAR), fit("math", 1f, WITH_BASE));
            assertRefused("m.bias", reason, fit("math", 1f, shift), fit("art", 1f, SHIFT));
        }

        private void assertRefused(String tensor, String reason, WeightedFit... fits) {
            for (Composition composition : Composition.values()) {
                assertThatThrownBy(() -> plan(Rounding.SINGLE, composition, fits))
                        .isInstanceOfSatisfying(InvalidInputException.class, e -> {
                            assertThat(e.code()).isEqualTo(ErrorCode.ADAPTER_UNSUPPORTED);
                            assertThat(e.tensor()).isEqualTo(tensor);
                        })
                        .hasMessage(tensor + ": " + reason);
            }
        }
    }

    private static TensorChange.LowRank lowRank(Layer layer, String magnitude, String base) {
        return new TensorChange.LowRank(
                "m.weight", layer, "A", "B", 2, 1f, Optional.ofNullable(magnitude), Optional.ofNullable(base));
    }

    private static WeightedFit fit(String name, float weight, TensorChange... changes) {
        return new WeightedFit(name, new AdapterFit(List.of(changes), false), weight);
    }

    private static List<TensorPlan> plan(Rounding rounding, Composition composition, WeightedFit... fits) {
        return new VariantPlanner(FOUNDATION, rounding, composition)
                .plan(List.of(fits), (adapter, key) -> new TensorInfo(key, Dtype.F16, Shape.of(9)));
    }
}
