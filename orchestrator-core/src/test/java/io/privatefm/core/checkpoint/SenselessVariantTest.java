/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.privatefm.core.InMemory;
import io.privatefm.core.ModelFixture;
import io.privatefm.core.Releases;
import io.privatefm.core.foundation.Foundation;
import io.privatefm.core.foundation.Foundations;
import io.privatefm.core.hash.ContentHash;
import io.privatefm.core.hash.SegmentSink;
import io.privatefm.core.hash.TensorDigest;
import io.privatefm.core.hash.TensorStream;
import io.privatefm.core.model.Dtype;
import io.privatefm.core.model.FormatLimits;
import io.privatefm.core.model.SafetensorsBytes;
import io.privatefm.core.model.SafetensorsFile;
import io.privatefm.core.model.Shape;
import io.privatefm.core.seal.SealContext;
import io.privatefm.core.seal.SealedBlobs;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.checkpoint.Layout;
import io.privatefm.spi.checkpoint.Verdict;
import io.privatefm.spi.checkpoint.Verification.Damage;
import io.privatefm.spi.merge.Rounding;
import io.privatefm.spi.merge.VariantPlan;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A stored variant whose every byte is what was written")
class SenselessVariantTest {
    private static final NsUid NAMESPACE = new NsUid("a".repeat(32));
    private static final String NORM = "model.norm.weight";

    private final TensorStream stream = TensorStream.sequential();
    private final SealedBlobs blobs = new SealedBlobs(InMemory.blobs(), null, new Random(1));
    private final CheckpointReader reader = new CheckpointReader(blobs, stream);
    private final Foundations foundations =
            new Foundations(new Releases().put("r1", ModelFixture.tiny(1).files()), stream);
    private final Foundation foundation = foundations.open(foundations.newest());

    @AfterEach
    void close() {
        foundation.close();
    }

    @Test
    @DisplayName("makes sense with finite values in the foundation's shapes")
    void sensible() {
        VariantEntry entry = stored(Shape.of(8), 1, 2, 3, 4, 5, 6, 7, 8);

        assertThat(reader.inspect(NAMESPACE, entry, foundation)).isEmpty();
        assertThat(reader.senseless(NAMESPACE, entry, foundation)).isEmpty();
    }

    @Test
    @DisplayName("makes no sense with a value that is not finite")
    void notFinite() {
        VariantEntry entry = stored(Shape.of(8), 1, 2, 3, Float.NaN, 5, 6, 7, 8);

        assertThat(reader.inspect(NAMESPACE, entry, foundation)).isEmpty();
        assertThat(reader.senseless(NAMESPACE, entry, foundation))
                .singleElement()
                .satisfies(damage -> {
                    assertThat(damage.verdict()).isEqualTo(Verdict.SEMANTIC);
                    assertThat(damage.reason()).contains("element 3 is NaN");
                });
    }

    @Test
    @DisplayName("makes no sense with a shape that the foundation does not have")
    void otherShape() {
        VariantEntry entry = stored(Shape.of(2, 4), 1, 2, 3, 4, 5, 6, 7, 8);

        assertThat(reader.senseless(NAMESPACE, entry, foundation))
                .extracting(Damage::verdict)
                .containsExactly(Verdict.SEMANTIC);
    }

    private VariantEntry stored(Shape shape, float... values) {
        byte[] file = SafetensorsBytes.builder()
                .add(NORM, Dtype.BF16, shape, SafetensorsBytes.floats(Dtype.BF16, values))
                .build();
        SealContext context = new SealContext(NAMESPACE, SealContext.Role.VARIANT, 1, "math");
        SealedBlobs.Stored blob = blobs.write(context, file);
        List<TensorDigest> changed;
        try (SafetensorsFile opened = SafetensorsFile.open(
                blobs.open(context, blob.name()), "test", ErrorCode.MODEL_INVALID, FormatLimits.FOUNDATION)) {
            changed = stream.run(opened.tensors(), SegmentSink.NONE);
        }
        Map<String, TensorDigest> model = new TreeMap<>(foundation.digests());
        changed.forEach(digest -> model.put(digest.info().name(), digest));
        VariantPlan plan = new VariantPlan(
                "math", List.of(), "weighted-sum", Rounding.SINGLE, Layout.DELTA, new Sha256(1, 2, 3, 4));
        return new VariantEntry(
                plan, 1, ContentHash.ofModel(model.values()), blob.name(), blob.bytes(), false, changed);
    }
}
