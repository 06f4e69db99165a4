/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.checkpoint;

import static io.privatefm.core.EngineFixture.ADA;
import static io.privatefm.core.EngineFixture.MATH;
import static io.privatefm.core.EngineFixture.READING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.core.EngineFixture;
import io.privatefm.core.hash.ContentHash;
import io.privatefm.core.hash.TensorStream;
import io.privatefm.core.model.FormatLimits;
import io.privatefm.core.model.SafetensorsFile;
import io.privatefm.core.seal.SealContext;
import io.privatefm.core.seal.SealedBlobs;
import io.privatefm.spi.CorruptDataException;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.Subject;
import io.privatefm.spi.checkpoint.Layout;
import io.privatefm.spi.checkpoint.Verdict;
import io.privatefm.spi.checkpoint.Verification;
import io.privatefm.spi.files.RangedFile;
import io.privatefm.spi.merge.CombinedVariant;
import io.privatefm.spi.merge.MergePolicy;
import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.spi.store.VariantRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The checkpoints of a namespace")
class CheckpointChainTest {
    @TempDir
    Path dir;

    private final EngineFixture engine = new EngineFixture();
    private final SealedBlobs blobs = new SealedBlobs(engine.blobs, null, new Random(3));
    private final CheckpointReader reader = new CheckpointReader(blobs, TensorStream.sequential());

    @AfterEach
    void close() {
        assertThat(engine.blobs.openHandles()).as("open blobs").isZero();
        engine.close();
    }

    @Test
    @DisplayName("form a chain over three nights: each manifest names the one before")
    void chain() {
        MergePolicy policy = MergePolicy.DEFAULT.withCombined(
                List.of(CombinedVariant.weightedSum("both", Map.of(MATH, 1f, READING, 0.5f))));
        engine.provision(policy, MATH, READING);
        engine.register(MATH, 1);
        CheckpointRow first = engine.merge();
        engine.register(READING, 2);
        CheckpointRow second = engine.merge();
        engine.register(MATH, 3);
        CheckpointRow third = engine.merge();

        assertThat(List.of(first, second, third))
                .extracting(CheckpointRow::version)
                .containsExactly(1L, 2L, 3L);
        assertThat(manifest(first).parent()).isEmpty();
        assertThat(manifest(second).parent()).contains(first.manifestBlob());
        assertThat(manifest(third).parent()).contains(second.manifestBlob());
        assertThat(names(first)).containsExactly("math");
        assertThat(names(second)).containsExactly("both", "math", "reading");
        assertThat(engine.orchestrator().checkpoints().list(ADA, 10)).containsExactly(third, second, first);
        assertThat(engine.orchestrator().checkpoints().latest(ADA)).contains(third);
        for (CheckpointRow row : List.of(first, second, third)) {
            assertThat(engine.orchestrator().checkpoints().verify(ADA, row.version()))
                    .isEqualTo(new Verification.Intact(row.checkpointHash()));
        }
    }

    @Test
    @DisplayName("take unchanged variants over: the same blob, the same entry, and no copy of it")
    void takenOver() {
        CheckpointRow first = engine.checkpoint(MergePolicy.DEFAULT, MATH, READING);
        int blobsBefore = engine.blobs.committed().size();
        engine.register(MATH, 99);
        CheckpointRow second = engine.merge();

        VariantRow reading = second.variants().get(1);
        assertThat(reading).isEqualTo(first.variants().get(1));
        assertThat(manifest(second).variants().get(1))
                .isEqualTo(manifest(first).variants().get(1));
        assertThat(second.variants().get(0).blob())
                .isNotEqualTo(first.variants().get(0).blob());
        assertThat(engine.blobs
                        .committed()
                        .subList(blobsBefore, engine.blobs.committed().size()))
                .as("configuration and weights of the adapter, one variant, the manifest")
                .hasSize(4)
                .doesNotContain(reading.blob());
    }

    @Test
    @DisplayName("hold in FULL the very file that is exported, in DELTA the changed tensors alone")
    void layouts() throws IOException {
        CheckpointRow full = engine.checkpoint(MergePolicy.DEFAULT.withLayout(Layout.FULL), MATH);
        engine.orchestrator().checkpoints().export(ADA, 1, "math", dir.resolve("m"));

        assertThat(blobs.read(variant(full), full.variants().get(0).blob(), 1 << 20))
                .isEqualTo(Files.readAllBytes(dir.resolve("m/model.safetensors")));

        try (EngineFixture other = new EngineFixture()) {
            CheckpointRow delta = other.checkpoint(MergePolicy.DEFAULT, MATH);
            RangedFile blob = new SealedBlobs(other.blobs, null, new Random(3))
                    .open(variant(delta), delta.variants().get(0).blob());
            try (SafetensorsFile stored =
                    SafetensorsFile.open(blob, "blob", ErrorCode.CORRUPT_DATA, FormatLimits.FOUNDATION)) {
                assertThat(stored.byName().keySet())
                        .containsExactly(
                                "model.layers.0.q_proj.weight",
                                "model.layers.0.v_proj.weight",
                                "model.layers.1.q_proj.weight",
                                "model.layers.1.v_proj.weight");
            }
            assertThat(delta.variants().get(0).contentHash())
                    .isEqualTo(full.variants().get(0).contentHash());
        }
    }

    @Test
    @DisplayName("say the same in the manifest and in the row, and their hash is the tree over their variants")
    void agreement() {
        CheckpointRow row = engine.checkpoint(MergePolicy.DEFAULT, MATH, READING);
        Manifest manifest = manifest(row);

        assertThat(manifest.namespace()).isEqualTo(row.nsUid());
        assertThat(manifest.version()).isEqualTo(row.version());
        assertThat(manifest.foundationRelease()).isEqualTo("r1");
        assertThat(manifest.foundationHash()).isEqualTo(row.foundationHash());
        assertThat(manifest.variants().stream().map(VariantEntry::row).toList()).isEqualTo(row.variants());
        Map<String, Sha256> variants =
                row.variants().stream().collect(Collectors.toMap(VariantRow::name, VariantRow::contentHash));
        assertThat(row.checkpointHash())
                .isEqualTo(ContentHash.ofCheckpoint(variants))
                .isEqualTo(manifest.checkpointHash());
        assertThat(row.createdAt()).isAfter(EngineFixture.START);
        assertThat(row.variants()).allSatisfy(variant -> {
            assertThat(variant.changedTensors()).isEqualTo(4);
            assertThat(variant.blobBytes()).isEqualTo(engine.blobs.bytes(row.nsUid(), variant.blob()).length);
        });
    }

    @Test
    @DisplayName("do not agree with a row that differs from the manifest in any field")
    void disagreement() {
        CheckpointRow row = engine.checkpoint(MergePolicy.DEFAULT, MATH, READING);
        VariantRow math = row.variants().get(0);
        VariantRow reading = row.variants().get(1);
        Sha256 other = row.manifestBlob();
        List<CheckpointRow> others = List.of(
                withHashes(row, other, row.foundationHash()),
                withHashes(row, row.checkpointHash(), other),
                withVariants(row, math),
                withVariants(row, reading, math),
                withVariants(row, with(math, other, math.planHash(), math.blob(), math.blobBytes()), reading),
                withVariants(row, with(math, math.contentHash(), other, math.blob(), math.blobBytes()), reading),
                withVariants(
                        row,
                        with(math, math.contentHash(), math.planHash(), reading.blob(), math.blobBytes()),
                        reading),
                withVariants(row, with(math, math.contentHash(), math.planHash(), math.blob(), 1), reading),
                withVariants(
                        row,
                        new VariantRow(
                                "math",
                                math.contentHash(),
                                math.planHash(),
                                Layout.FULL,
                                math.blob(),
                                math.blobBytes(),
                                math.changedTensors()),
                        reading));

        for (CheckpointRow changed : others) {
            assertThatThrownBy(() -> reader.manifest(changed))
                    .as("%s", changed)
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessage("the manifest of version " + changed.version() + " and its database row do not agree");
        }
        assertThatThrownBy(() -> reader.manifest(withVersion(row, 2)))
                .isInstanceOfSatisfying(
                        CorruptDataException.class, e -> assertThat(e.verdict()).isEqualTo(Verdict.ROLLBACK));
    }

    @Test
    @DisplayName("do not agree with a row of another foundation release either")
    void otherReleaseName() {
        CheckpointRow row = engine.checkpoint(MergePolicy.DEFAULT, MATH);
        CheckpointRow changed = new CheckpointRow(
                row.nsUid(),
                row.version(),
                row.operationId(),
                row.checkpointHash(),
                row.manifestBlob(),
                "r2",
                row.foundationHash(),
                row.variants(),
                row.createdAt());

        assertThatThrownBy(() -> reader.manifest(changed))
                .isInstanceOf(CorruptDataException.class)
                .hasMessage("the manifest of version 1 and its database row do not agree");
    }

    @Test
    @DisplayName("are of their namespace: the manifest of another one does not agree, though its blob is sound")
    void otherNamespace() {
        CheckpointRow row = engine.checkpoint(MergePolicy.DEFAULT, MATH);
        NsUid other = new NsUid("f".repeat(32));
        Sha256 copy = blobs.write(
                        Manifest.context(other, row.version()),
                        blobs.read(Manifest.context(row.nsUid(), row.version()), row.manifestBlob(), 1 << 20))
                .name();
        CheckpointRow moved = new CheckpointRow(
                other,
                1,
                row.operationId(),
                row.checkpointHash(),
                copy,
                "r1",
                row.foundationHash(),
                row.variants(),
                row.createdAt());

        assertThatThrownBy(() -> reader.manifest(moved))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageEndingWith("is the manifest of another checkpoint");
    }

    @Test
    @DisplayName("of subjects beyond the basic plane are sound, too")
    void subjectsOfAllPlanes() {
        Subject plane1 = Subject.of(new String(Character.toChars(0x1D400)));
        Subject fullWidth = Subject.of("\uFF21");
        CheckpointRow row = engine.checkpoint(MergePolicy.DEFAULT, plane1, fullWidth);

        assertThat(engine.orchestrator().checkpoints().verify(ADA, 1))
                .isEqualTo(new Verification.Intact(row.checkpointHash()));
    }

    private Manifest manifest(CheckpointRow row) {
        return reader.manifest(row);
    }

    private static List<String> names(CheckpointRow row) {
        return row.variants().stream().map(VariantRow::name).toList();
    }

    private static CheckpointRow withVersion(CheckpointRow row, long version) {
        return copy(row, version, row.checkpointHash(), row.foundationHash(), row.variants());
    }

    private static CheckpointRow withHashes(CheckpointRow row, Sha256 checkpointHash, Sha256 foundationHash) {
        return copy(row, row.version(), checkpointHash, foundationHash, row.variants());
    }

    private static CheckpointRow withVariants(CheckpointRow row, VariantRow... variants) {
        return copy(row, row.version(), row.checkpointHash(), row.foundationHash(), List.of(variants));
    }

    private static CheckpointRow copy(
            CheckpointRow row, long version, Sha256 checkpointHash, Sha256 foundationHash, List<VariantRow> variants) {
        return new CheckpointRow(
                row.nsUid(),
                version,
                row.operationId(),
                checkpointHash,
                row.manifestBlob(),
                row.foundationRelease(),
                foundationHash,
                variants,
                row.createdAt());
    }

    private static VariantRow with(VariantRow row, Sha256 content, Sha256 plan, Sha256 blob, long bytes) {
        return new VariantRow(row.name(), content, plan, row.layout(), blob, bytes, row.changedTensors());
    }

    private static SealContext variant(CheckpointRow row) {
        return new SealContext(
                row.nsUid(),
                SealContext.Role.VARIANT,
                row.version(),
                row.variants().get(0).name());
    }
}
