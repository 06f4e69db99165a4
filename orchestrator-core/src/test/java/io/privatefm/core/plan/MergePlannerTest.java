/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.core.hash.MerkleTree;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.Subject;
import io.privatefm.spi.checkpoint.Layout;
import io.privatefm.spi.merge.CombinedVariant;
import io.privatefm.spi.merge.MergePlan;
import io.privatefm.spi.merge.MergePolicy;
import io.privatefm.spi.merge.PlanOutcome;
import io.privatefm.spi.merge.Rounding;
import io.privatefm.spi.merge.VariantPlan;
import io.privatefm.spi.store.AdapterRow;
import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.NamespaceState;
import io.privatefm.spi.store.VariantRow;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.ToIntFunction;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayName("The planner")
class MergePlannerTest {
    private static final NsUid UID = new NsUid("0123456789abcdef0123456789abcdef");
    private static final Sha256 FOUNDATION = sha("foundation");
    private static final Instant NOW = Instant.parse("2026-01-01T02:00:00Z");
    private static final Subject MATH = Subject.of("math");
    private static final Subject READING = Subject.of("reading");
    private static final Subject SCIENCE = Subject.of("science");

    /** All that a plan is made from, as one value that a test changes in one place. */
    private record Situation(
            MergePolicy policy,
            String release,
            Sha256 foundation,
            List<AdapterRow> inventory,
            Optional<CheckpointRow> head,
            int strategyRevision) {
        PlanOutcome plan() {
            ToIntFunction<String> revisions = id -> {
                if (id.equals("no-such-strategy")) {
                    throw new InvalidInputException(ErrorCode.CONFIGURATION, "no merge strategy '" + id + "'");
                }
                return strategyRevision;
            };
            NamespaceRow namespace = new NamespaceRow(
                    LearnerId.of("ada"),
                    UID,
                    List.of(MATH, READING, SCIENCE),
                    NamespaceState.ACTIVE,
                    release,
                    "{}",
                    false,
                    head.map(CheckpointRow::version).orElse(0L),
                    0,
                    0,
                    Optional.empty(),
                    1);
            return new MergePlanner(revisions).plan(namespace, policy, release, foundation, inventory, head);
        }

        MergePlan due() {
            return ((PlanOutcome.Due) plan()).plan();
        }

        Situation with(MergePolicy other) {
            return new Situation(other, release, foundation, inventory, head, strategyRevision);
        }

        Situation with(AdapterRow... rows) {
            return new Situation(policy, release, foundation, List.of(rows), head, strategyRevision);
        }

        Situation withFoundation(String name, Sha256 hash) {
            return new Situation(policy, name, hash, inventory, head, strategyRevision);
        }

        Situation withStrategyRevision(int revision) {
            return new Situation(policy, release, foundation, inventory, head, revision);
        }

        /** After the plan was carried out. */
        Situation merged() {
            MergePlan plan = due();
            List<VariantRow> variants = new ArrayList<>(plan.takenOver());
            plan.compute().forEach(variant -> variants.add(rowOf(variant)));
            variants.sort((a, b) -> a.name().compareTo(b.name()));
            CheckpointRow row = new CheckpointRow(
                    UID,
                    plan.version(),
                    "operation " + plan.version(),
                    sha("checkpoint"),
                    sha("manifest"),
                    release,
                    foundation,
                    variants,
                    NOW);
            return new Situation(policy, release, foundation, inventory, Optional.of(row), strategyRevision);
        }
    }

    private static final Situation TWO = new Situation(
            MergePolicy.DEFAULT,
            "r1",
            FOUNDATION,
            List.of(adapter(MATH, 1, "m1"), adapter(READING, 1, "r1")),
            Optional.empty(),
            1);

    @Nested
    @DisplayName("finds a merge due")
    class Due {
        @Test
        @DisplayName("with a variant for each subject that has an adapter, before the first checkpoint")
        void first() {
            MergePlan plan = TWO.due();

            assertThat(plan.namespace()).isEqualTo(UID);
            assertThat(plan.version()).isEqualTo(1);
            assertThat(plan.foundationRelease()).isEqualTo("r1");
            assertThat(plan.foundationHash()).isEqualTo(FOUNDATION);
            assertThat(plan.takenOver()).isEmpty();
            assertThat(plan.estimatedBytes()).isEqualTo(2000);
            assertThat(plan.compute()).extracting(VariantPlan::name).containsExactly("math", "reading");
            VariantPlan math = plan.compute().get(0);
            assertThat(math.inputs()).containsExactly(new VariantPlan.Input(MATH, 1, sha("m1"), 1f));
            assertThat(math.strategy()).isEqualTo("weighted-sum");
            assertThat(math.rounding()).isEqualTo(Rounding.SINGLE);
            assertThat(math.layout()).isEqualTo(Layout.DELTA);
        }

        @Test
        @DisplayName("when one adapter changed: its variant is computed, the others are taken over as they are")
        void oneChanged() {
            Situation before = TWO.merged();

            MergePlan plan = before.with(adapter(MATH, 1, "m1"), adapter(READING, 2, "r2"))
                    .due();

            assertThat(plan.version()).isEqualTo(2);
            assertThat(plan.compute()).extracting(VariantPlan::name).containsExactly("reading");
            assertThat(plan.takenOver())
                    .containsExactly(before.head().orElseThrow().variants().get(0));
            assertThat(plan.estimatedBytes()).isEqualTo(1000);
        }

        @Test
        @DisplayName("when a subject gets its first adapter")
        void oneMore() {
            MergePlan plan = TWO.merged()
                    .with(adapter(MATH, 1, "m1"), adapter(READING, 1, "r1"), adapter(SCIENCE, 1, "s1"))
                    .due();

            assertThat(plan.compute()).extracting(VariantPlan::name).containsExactly("science");
            assertThat(plan.takenOver()).extracting(VariantRow::name).containsExactly("math", "reading");
        }

        @Test
        @DisplayName("for all variants when the foundation, the rounding, the strategy or the layout changed")
        void everythingChanged() {
            Situation before = TWO.merged();

            for (Situation changed : List.of(
                    before.withFoundation("r2", sha("another")),
                    before.with(MergePolicy.DEFAULT.withRounding(Rounding.SAFE)),
                    before.withStrategyRevision(2),
                    before.with(MergePolicy.DEFAULT.withLayout(Layout.FULL)))) {
                MergePlan plan = changed.due();
                assertThat(plan.compute()).extracting(VariantPlan::name).containsExactly("math", "reading");
                assertThat(plan.takenOver()).isEmpty();
                assertThat(plan.estimatedBytes()).isEqualTo(2000);
            }
        }

        @Test
        @DisplayName(
                "when the policy has fewer variants than the newest checkpoint: nothing to compute, fewer to take over")
        void fewerVariants() {
            MergePolicy both = MergePolicy.DEFAULT.withCombined(List.of(combined("both", 1f, 1f)));

            MergePlan plan = TWO.with(both).merged().with(MergePolicy.DEFAULT).due();

            assertThat(plan.compute()).isEmpty();
            assertThat(plan.takenOver()).extracting(VariantRow::name).containsExactly("math", "reading");
            assertThat(plan.estimatedBytes()).isZero();
        }
    }

    @Nested
    @DisplayName("finds nothing to do")
    class UpToDate {
        @Test
        @DisplayName("without adapters")
        void noAdapters() {
            assertThat(TWO.with(new AdapterRow[0]).plan()).isEqualTo(new PlanOutcome.UpToDate());
        }

        @Test
        @DisplayName("when the newest checkpoint has all inputs")
        void merged() {
            assertThat(TWO.merged().plan()).isEqualTo(new PlanOutcome.UpToDate());
        }

        @Test
        @DisplayName(
                "when only what does not enter a model changed: revision, times, blobs, the release's name, the order")
        void irrelevantChanges() {
            AdapterRow math = new AdapterRow(
                    UID,
                    MATH,
                    7,
                    sha("m1"),
                    sha("other config blob"),
                    sha("other weights blob"),
                    5,
                    Optional.of(FOUNDATION),
                    NOW.plusSeconds(1));

            assertThat(TWO.merged()
                            .with(adapter(READING, 9, "r1"), math)
                            .withFoundation("renamed", FOUNDATION)
                            .plan())
                    .isEqualTo(new PlanOutcome.UpToDate());
        }
    }

    @Nested
    @DisplayName("plans a combined variant")
    class Combined {
        private final MergePolicy both =
                MergePolicy.DEFAULT.withCombined(List.of(combined("all", 0.25f, -2f), combined("Mix", 1f, 1f)));

        @Test
        @DisplayName("beside the separate ones, all in order of name, inputs in order of subject with their weights")
        void beside() {
            MergePlan plan = TWO.with(both).due();

            assertThat(plan.compute()).extracting(VariantPlan::name).containsExactly("Mix", "all", "math", "reading");
            assertThat(plan.compute().get(1).inputs())
                    .containsExactly(
                            new VariantPlan.Input(MATH, 1, sha("m1"), 0.25f),
                            new VariantPlan.Input(READING, 1, sha("r1"), -2f));
            assertThat(plan.estimatedBytes())
                    .as("each variant reads its tensors")
                    .isEqualTo(6000);
        }

        @Test
        @DisplayName("only when all of its subjects have adapters")
        void incomplete() {
            MergePolicy three = MergePolicy.DEFAULT.withCombined(
                    List.of(CombinedVariant.weightedSum("three", Map.of(MATH, 1f, READING, 1f, SCIENCE, 1f))));

            assertThat(TWO.with(three).due().compute())
                    .extracting(VariantPlan::name)
                    .containsExactly("math", "reading");
            assertThat(TWO.with(new MergePolicy(false, three.combined(), Rounding.SINGLE, Layout.DELTA))
                            .plan())
                    .isEqualTo(new PlanOutcome.UpToDate());
        }

        @Test
        @DisplayName("alone, where the policy wants no separate ones")
        void alone() {
            MergePlan plan = TWO.with(new MergePolicy(false, both.combined(), Rounding.SAFE, Layout.FULL))
                    .due();

            assertThat(plan.compute()).extracting(VariantPlan::name).containsExactly("Mix", "all");
            assertThat(plan.compute()).extracting(VariantPlan::rounding).containsOnly(Rounding.SAFE);
            assertThat(plan.compute()).extracting(VariantPlan::layout).containsOnly(Layout.FULL);
        }

        @Test
        @DisplayName("with subjects and variants in code-point order, beyond the basic plane too")
        void codePoints() {
            Subject plane1 = Subject.of(new String(Character.toChars(0x1D400)));
            Subject last = Subject.of("\uFF21");
            assertThat(plane1.value().compareTo(last.value()))
                    .as("as UTF-16 compares")
                    .isNegative();

            MergePlan plan = TWO.with(adapter(plane1, 1, "p"), adapter(last, 1, "l"))
                    .with(MergePolicy.DEFAULT.withCombined(
                            List.of(CombinedVariant.weightedSum("both", Map.of(plane1, 1f, last, 2f)))))
                    .due();

            assertThat(plan.compute())
                    .extracting(VariantPlan::name)
                    .containsExactly("both", last.value(), plane1.value());
            assertThat(plan.compute().get(0).inputs())
                    .extracting(VariantPlan.Input::subject)
                    .containsExactly(last, plane1);
        }

        @Test
        @DisplayName("of a strategy that is there, else planning is refused")
        void unknownStrategy() {
            MergePolicy unknown = MergePolicy.DEFAULT.withCombined(List.of(
                    new CombinedVariant("x", new TreeMap<>(Map.of(MATH, 1f, READING, 1f)), "no-such-strategy")));

            assertThatThrownBy(() -> TWO.with(unknown).plan())
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessage("no merge strategy 'no-such-strategy'");
        }
    }

    @Nested
    @DisplayName("hashes a plan")
    class PlanHash {
        @Test
        @DisplayName("as SHA-256 over canonical JSON of all that decides the variant's bytes")
        void definition() {
            String plan =
                    "{\"adapters\":[{\"digest\":\"" + sha("m1") + "\",\"subject\":\"math\",\"weight\":\"0x1.0p0\"}],"
                            + "\"arithmetic\":\"pfm-merge-1\",\"foundation\":\"" + FOUNDATION
                            + "\",\"rounding\":\"SINGLE\",\"strategy\":\"weighted-sum\",\"strategy_revision\":1}";

            assertThat(TWO.due().compute().get(0).planHash()).isEqualTo(sha(plan));
        }

        @Test
        @DisplayName("differently for every other weight, adapter, subject, rounding, strategy or foundation")
        void changes() {
            Situation base = TWO.with(policy("weighted-sum", 1f, 0.5f));
            List<Situation> others = List.of(
                    base.with(policy("weighted-sum", 1f, Math.nextUp(0.5f))),
                    base.with(policy("weighted-sum", 0.5f, 1f)),
                    base.with(policy("weighted-sum", 1f, -0.5f)),
                    base.with(policy("mean", 1f, 0.5f)),
                    base.with(policy("weighted-sum", 1f, 0.5f).withRounding(Rounding.SAFE)),
                    base.withStrategyRevision(2),
                    base.withFoundation("r1", sha("another")),
                    base.with(adapter(MATH, 1, "m2"), adapter(READING, 1, "r1")),
                    base.with(adapter(MATH, 1, "r1"), adapter(READING, 1, "m1")));

            List<Sha256> hashes = new ArrayList<>(List.of(combinedHash(base)));
            others.forEach(other -> hashes.add(combinedHash(other)));

            assertThat(hashes).doesNotHaveDuplicates();
        }

        @Test
        @DisplayName("alike whatever the revision number, registration, order of rows, name, release name and layout")
        void doesNotChange() {
            Situation base = TWO.with(policy("weighted-sum", 1f, 0.5f));
            AdapterRow math = new AdapterRow(
                    UID, MATH, 12, sha("m1"), sha("x"), sha("y"), 77, Optional.of(FOUNDATION), NOW.plusSeconds(9));
            List<AdapterRow> reversed = new ArrayList<>(base.inventory());
            Collections.reverse(reversed);

            assertThat(List.of(
                            base.with(math, adapter(READING, 1, "r1")),
                            base.with(reversed.toArray(AdapterRow[]::new)),
                            base.with(policy("weighted-sum", 1f, 0.5f).withLayout(Layout.FULL)),
                            base.with(MergePolicy.DEFAULT.withCombined(
                                    List.of(CombinedVariant.weightedSum("renamed", Map.of(MATH, 1f, READING, 0.5f))))),
                            base.withFoundation("renamed", FOUNDATION),
                            base.merged()
                                    .with(adapter(MATH, 1, "m1"), adapter(READING, 1, "r1"), adapter(SCIENCE, 1, "s"))))
                    .extracting(PlanHash::combinedHashOrNewest)
                    .containsOnly(combinedHash(base));
        }

        private static MergePolicy policy(String strategy, float math, float reading) {
            return MergePolicy.DEFAULT.withCombined(List.of(
                    new CombinedVariant("both", new TreeMap<>(Map.of(MATH, math, READING, reading)), strategy)));
        }

        private static Sha256 combinedHash(Situation situation) {
            return situation.due().compute().stream()
                    .filter(variant -> variant.inputs().size() == 2)
                    .findFirst()
                    .orElseThrow()
                    .planHash();
        }

        private static Sha256 combinedHashOrNewest(Situation situation) {
            return situation.due().takenOver().stream()
                    .filter(row -> row.name().equals("both"))
                    .map(VariantRow::planHash)
                    .findFirst()
                    .orElseGet(() -> combinedHash(situation));
        }
    }

    @Nested
    @DisplayName("rejects")
    class Rejected {
        @Test
        @DisplayName("an adapter that was trained on another foundation, and names both")
        void trainedOnAnother() {
            Sha256 other = sha("other foundation");
            AdapterRow math =
                    new AdapterRow(UID, MATH, 1, sha("m1"), sha("c"), sha("w"), 1000, Optional.of(other), NOW);

            assertThat(TWO.with(adapter(READING, 1, "r1"), math).plan())
                    .isEqualTo(new PlanOutcome.Rejected(
                            "the adapter for math was trained on a foundation with content hash " + other
                                    + ", release r1 has " + FOUNDATION));
        }
    }

    private static CombinedVariant combined(String name, float math, float reading) {
        return CombinedVariant.weightedSum(name, Map.of(MATH, math, READING, reading));
    }

    private static AdapterRow adapter(Subject subject, int revision, String digest) {
        return new AdapterRow(
                UID,
                subject,
                revision,
                sha(digest),
                sha(digest + " config"),
                sha(digest + " weights"),
                1000,
                Optional.empty(),
                NOW);
    }

    private static VariantRow rowOf(VariantPlan plan) {
        return new VariantRow(
                plan.name(), sha(plan.name()), plan.planHash(), plan.layout(), sha(plan.name() + " blob"), 99, 3);
    }

    private static Sha256 sha(String text) {
        return Sha256.of(MerkleTree.sha256().digest(text.getBytes(StandardCharsets.UTF_8)));
    }
}
