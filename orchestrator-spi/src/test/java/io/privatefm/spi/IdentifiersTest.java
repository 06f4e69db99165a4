/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Identifiers and digests")
class IdentifiersTest {
    @ParameterizedTest
    @DisplayName("a learner id is a short, plain word of the host")
    @ValueSource(strings = {"ada", "7d9f7c1e-5d3a-4b52-9c43-2f6a1d0e8b11", "a@b.c:1", "0"})
    void learnerIds(String value) {
        assertThat(LearnerId.of(value)).hasToString(value);
    }

    @ParameterizedTest
    @DisplayName("a learner id that could be a path, a pattern or nothing is refused, without being repeated")
    @ValueSource(strings = {"", ".", "..", "../x", "a/b", "a b", "a\nb", "é", "-a"})
    void badLearnerIds(String value) {
        assertThatThrownBy(() -> LearnerId.of(value))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith("a learner id is 1 to 200");
    }

    @Test
    @DisplayName("a learner id has at most 200 characters")
    void longLearnerIds() {
        assertThat(LearnerId.of("a".repeat(200)).value()).hasSize(200);
        assertThatThrownBy(() -> LearnerId.of("a".repeat(201))).hasMessageContaining("1 to 200");
    }

    @ParameterizedTest
    @DisplayName("a subject is a word of any script")
    @ValueSource(strings = {"math", "français", "数学", "grade-7_math.v2", "𐐷x"})
    void subjects(String value) {
        assertThat(Subject.of(value)).hasToString(value);
    }

    @ParameterizedTest
    @DisplayName("a subject with separators, blanks or nothing in it is refused")
    @ValueSource(strings = {"", "a/b", "a b", ".a", "-", "a\u0000"})
    void badSubjects(String value) {
        assertThatThrownBy(() -> Subject.of(value))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith("a subject is 1 to 64");
    }

    @Test
    @DisplayName("subjects order by code points, which UTF-16 order does not")
    void subjectsOrderByCodePoint() {
        Subject halfwidth = Subject.of("ﾊ"); // U+FF8A, above the surrogates in UTF-16
        Subject supplementary = Subject.of("𐐷"); // U+10437

        assertThat(halfwidth.value().compareTo(supplementary.value())).isPositive();
        assertThat(halfwidth).isLessThan(supplementary);
        assertThat(Stream.of("b", "ab", "a", "aa").map(Subject::of).sorted().map(Subject::value))
                .containsExactly("a", "aa", "ab", "b");
    }

    @Test
    @DisplayName("a namespace uid is 32 lower-case hex digits and nothing else")
    void namespaceUids() {
        assertThat(new NsUid("0123456789abcdef".repeat(2))).hasToString("0123456789abcdef".repeat(2));
        for (String bad : List.of("", "0123456789ABCDEF".repeat(2), "0".repeat(31), "0".repeat(33))) {
            assertThatThrownBy(() -> new NsUid(bad)).hasMessageContaining("32 lower-case hex digits");
        }
    }

    @Test
    @DisplayName("a digest keeps its 32 bytes through hex and back, and orders as they do")
    void digests() {
        long seed = Long.getLong("pfm.seed", 1);
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        List<Sha256> digests = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            byte[] bytes = new byte[32];
            random.nextBytes(bytes);
            Sha256 digest = Sha256.of(bytes);
            assertThat(digest.bytes()).isEqualTo(bytes);
            assertThat(Sha256.parse(digest.hex())).isEqualTo(digest);
            digests.add(digest);
        }
        for (int i = 1; i < digests.size(); i++) {
            Sha256 left = digests.get(i - 1);
            Sha256 right = digests.get(i);
            assertThat(Integer.signum(left.compareTo(right)))
                    .isEqualTo(Integer.signum(Arrays.compareUnsigned(left.bytes(), right.bytes())));
        }
    }

    @Test
    @DisplayName("anything but 64 lower-case hex digits is no digest")
    void badDigests() {
        for (String bad : List.of("", "0".repeat(63), "0".repeat(65), "g".repeat(64), "A".repeat(64))) {
            assertThatThrownBy(() -> Sha256.parse(bad)).hasMessage("a hash is written as 64 lower-case hex digits");
        }
        assertThatThrownBy(() -> Sha256.of(new byte[31])).hasMessageContaining("not 31");
    }

    @Test
    @DisplayName("a refusal names file and tensor in one line, and keeps them for programs")
    void refusals() {
        InvalidInputException refusal =
                new InvalidInputException(ErrorCode.ADAPTER_MISFIT, "adapter.bin", "layer.0", "has the wrong shape");

        assertThat(refusal).hasMessage("adapter.bin: layer.0: has the wrong shape");
        assertThat(refusal.within("/adapters/math"))
                .hasMessage("/adapters/math/adapter.bin: layer.0: has the wrong shape");
        assertThat(refusal.file()).isEqualTo("adapter.bin");
        assertThat(refusal.tensor()).isEqualTo("layer.0");
        assertThat(refusal.code()).isEqualTo(ErrorCode.ADAPTER_MISFIT);
        assertThat(refusal.retryable()).isFalse();
        assertThat(new ConflictException("x").retryable()).isTrue();
    }
}
