/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.privatefm.core.checkpoint.VariantEntry;
import io.privatefm.core.hash.TensorDigest;
import io.privatefm.core.journal.RecordedCheckpoint;
import io.privatefm.core.merge.MergedVariant;
import io.privatefm.core.model.Dtype;
import io.privatefm.core.model.Shape;
import io.privatefm.core.model.TensorInfo;
import io.privatefm.core.seal.SealedBlobs;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.checkpoint.Layout;
import io.privatefm.spi.merge.Rounding;
import io.privatefm.spi.merge.VariantPlan;
import io.privatefm.spi.recovery.ReplayReport.Difference;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The proof of a replay")
class ReplayProofTest {
    private static final Sha256 PLAN = hash(1);
    private static final Sha256 RECORDED = hash(2);

    @Test
    @DisplayName("finds no difference where the content hash is the recorded one")
    void equal() {
        ReplayProof proof = new ReplayProof(Optional.of(recorded(PLAN)), List.of());

        assertThat(proof.differences(List.of(merged(RECORDED, digest("a", 5))))).isEmpty();
        assertThat(proof.comparable(List.of(merged(RECORDED, digest("a", 5))))).isEqualTo(1);
    }

    @Test
    @DisplayName("names each tensor that differs, is missing or was not there, with both hashes")
    void perTensor() {
        VariantEntry entry = entry(digest("a", 5), digest("b", 6), digest("c", 7));
        ReplayProof proof = new ReplayProof(Optional.of(recorded(PLAN)), List.of(entry));

        List<Difference> differences =
                proof.differences(List.of(merged(hash(3), digest("a", 5), digest("b", 66), digest("d", 8))));

        assertThat(differences)
                .containsExactly(
                        new Difference("math", Optional.of("b"), Optional.of(hash(6)), Optional.of(hash(66))),
                        new Difference("math", Optional.of("c"), Optional.of(hash(7)), Optional.empty()),
                        new Difference("math", Optional.of("d"), Optional.empty(), Optional.of(hash(8))));
    }

    @Test
    @DisplayName("compares variants as a whole where the manifest cannot be read, or is another's")
    void asAWhole() {
        MergedVariant merged = merged(hash(3), digest("a", 5));
        Difference whole = new Difference("math", Optional.empty(), Optional.of(RECORDED), Optional.of(hash(3)));

        assertThat(new ReplayProof(Optional.of(recorded(PLAN)), List.of()).differences(List.of(merged)))
                .containsExactly(whole);
    }

    @Test
    @DisplayName("says nothing of what was made from another plan, or of what there is no record of")
    void otherPlan() {
        List<MergedVariant> merged = List.of(merged(hash(3), digest("a", 5)));

        for (ReplayProof proof : List.of(
                new ReplayProof(Optional.of(recorded(hash(9))), List.of()),
                new ReplayProof(Optional.empty(), List.of()))) {
            assertThat(proof.differences(merged)).isEmpty();
            assertThat(proof.comparable(merged)).isZero();
        }
    }

    private static RecordedCheckpoint recorded(Sha256 planHash) {
        RecordedCheckpoint.Variant math =
                new RecordedCheckpoint.Variant(RECORDED, Optional.of(planHash), new TreeMap<>());
        return new RecordedCheckpoint(
                1,
                Optional.of("operation"),
                hash(4),
                hash(4),
                "r1",
                hash(4),
                new TreeMap<>(Map.of("math", math)),
                Instant.EPOCH);
    }

    private static MergedVariant merged(Sha256 contentHash, TensorDigest... changed) {
        return new MergedVariant(plan(), 2, contentHash, new SealedBlobs.Stored(hash(4), 1), List.of(changed), false);
    }

    private static VariantEntry entry(TensorDigest... changed) {
        return new VariantEntry(plan(), 1, RECORDED, hash(4), 1, false, List.of(changed));
    }

    private static VariantPlan plan() {
        return new VariantPlan("math", List.of(), "weighted-sum", Rounding.SINGLE, Layout.DELTA, PLAN);
    }

    private static TensorDigest digest(String name, long root) {
        return new TensorDigest(new TensorInfo(name, Dtype.F32, Shape.of(1)), hash(root));
    }

    private static Sha256 hash(long number) {
        return new Sha256(number, number, number, number);
    }
}
