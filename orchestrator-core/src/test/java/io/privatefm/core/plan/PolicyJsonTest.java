/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.core.model.TestSeed;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.Subject;
import io.privatefm.spi.checkpoint.Layout;
import io.privatefm.spi.merge.CombinedVariant;
import io.privatefm.spi.merge.MergePolicy;
import io.privatefm.spi.merge.Rounding;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A policy in a namespace's row")
class PolicyJsonTest {
    @Test
    @DisplayName("is canonical JSON, weights exact in hex notation")
    void text() {
        MergePolicy policy = new MergePolicy(
                true,
                List.of(new CombinedVariant(
                        "all",
                        new TreeMap<>(Map.of(Subject.of("reading"), -0.1f, Subject.of("math"), 1f)),
                        "weighted-sum")),
                Rounding.SAFE,
                Layout.FULL);

        assertThat(PolicyJson.write(policy))
                .isEqualTo("{\"combined\":[{\"name\":\"all\",\"strategy\":\"weighted-sum\",\"weights\":"
                        + "{\"math\":\"0x1.0p0\",\"reading\":\"-0x1.99999ap-4\"}}],"
                        + "\"layout\":\"FULL\",\"rounding\":\"SAFE\",\"separate\":true}");
        assertThat(PolicyJson.write(MergePolicy.DEFAULT))
                .isEqualTo("{\"combined\":[],\"layout\":\"DELTA\",\"rounding\":\"SINGLE\",\"separate\":true}");
    }

    @Test
    @DisplayName("reads back as it was written, whatever the weights and the scripts of its subjects")
    void roundTrip() {
        SplittableRandom random = new SplittableRandom(TestSeed.of(getClass()));
        List<Subject> subjects = new ArrayList<>();
        for (String name : List.of("math", "Iıİi", "数学", "गणित", "а.b-c_1", new String(Character.toChars(0x1D400)))) {
            subjects.add(Subject.of(name));
        }
        for (int round = 0; round < 200; round++) {
            List<CombinedVariant> combined = new ArrayList<>();
            for (int i = random.nextInt(3); i >= 0; i--) {
                TreeMap<Subject, Float> weights = new TreeMap<>();
                while (weights.size() < 2 + random.nextInt(3)) {
                    float weight = Float.intBitsToFloat(random.nextInt());
                    weights.put(subjects.get(random.nextInt(subjects.size())), Float.isFinite(weight) ? weight : -0f);
                }
                combined.add(new CombinedVariant("variant-" + i, weights, random.nextBoolean() ? "weighted-sum" : "x"));
            }
            MergePolicy policy = new MergePolicy(
                    random.nextBoolean(),
                    combined,
                    random.nextBoolean() ? Rounding.SINGLE : Rounding.SAFE,
                    random.nextBoolean() ? Layout.DELTA : Layout.FULL);

            String text = PolicyJson.write(policy);

            assertThat(PolicyJson.read(text)).isEqualTo(policy);
            assertThat(PolicyJson.write(PolicyJson.read(text))).isEqualTo(text);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{}",
                "{\"combined\":[],\"layout\":\"DELTA\",\"rounding\":\"SINGLE\",\"separate\":true,}",
                "{\"combined\":[],\"layout\":\"DELTA\",\"rounding\":\"SINGLE\",\"separate\":false}",
                "{\"combined\":[],\"layout\":\"RECIPE\",\"rounding\":\"SINGLE\",\"separate\":true}",
                "{\"combined\":[],\"layout\":\"DELTA\",\"rounding\":\"TWICE\",\"separate\":true}",
                "{\"combined\":[{\"name\":\"x\",\"strategy\":\"s\",\"weights\":{\"a\":\"1\",\"b\":\"heavy\"}}],"
                        + "\"layout\":\"DELTA\",\"rounding\":\"SINGLE\",\"separate\":true}",
                "{\"combined\":[{\"name\":\"x\",\"strategy\":\"s\",\"weights\":{\"a\":\"1\"}}],"
                        + "\"layout\":\"DELTA\",\"rounding\":\"SINGLE\",\"separate\":true}",
                "{\"combined\":[{\"name\":\"x\",\"strategy\":\"s\",\"weights\":{\"a\":\"1\",\"b\":\"NaN\"}}],"
                        + "\"layout\":\"DELTA\",\"rounding\":\"SINGLE\",\"separate\":true}"
            })
    @DisplayName(
            "that this version cannot read is refused with a typed error, so that it stops one namespace and not a night")
    void malformed(String text) {
        assertThatThrownBy(() -> PolicyJson.read(text))
                .isInstanceOfSatisfying(
                        InvalidInputException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT));
    }
}
