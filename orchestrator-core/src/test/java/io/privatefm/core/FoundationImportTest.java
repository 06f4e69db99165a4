/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core;

import static io.privatefm.core.EngineFixture.ADA;
import static io.privatefm.core.EngineFixture.MATH;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.core.model.Dtype;
import io.privatefm.core.model.FormatLimits;
import io.privatefm.core.model.InMemoryModelFiles;
import io.privatefm.core.model.ModelDirectory;
import io.privatefm.core.model.ModelTensor;
import io.privatefm.core.model.Shape;
import io.privatefm.core.note.SignedNote;
import io.privatefm.modelstore.LocalModelFiles;
import io.privatefm.spi.CorruptDataException;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.files.ModelFiles;
import io.privatefm.spi.foundation.FoundationManifest;
import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.spi.store.VariantRow;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("A model that is to become a foundation release")
class FoundationImportTest {
    private static final String PUBLISHER = "example.org/publisher";
    private static final Sha256 PARENT =
            ModelCheck.contentHash(ModelFixture.tiny(1).files(), 1);

    @TempDir
    private Path folder;

    private final KeyPair key = pair();
    private final EngineFixture engine = new EngineFixture();
    private final Releases target = new Releases();

    @AfterEach
    void close() {
        engine.close();
    }

    @Test
    @DisplayName("is what its publisher signed, and may")
    void sound() {
        InMemoryModelFiles model = ModelFixture.tiny(2).files();

        FoundationManifest manifest = check(model, sign(model, PARENT));

        assertThat(manifest)
                .isEqualTo(new FoundationManifest("release-2", ModelCheck.contentHash(model, 1), List.of(PARENT)));
    }

    @Test
    @DisplayName("has a manifest of one line, as docs/format-v1.md has it")
    void format() {
        InMemoryModelFiles model = ModelFixture.tiny(2).files();

        assertThat(sign(model, PARENT))
                .startsWith("{\"class\":\"GLOBAL\",\"content_hash\":\"" + ModelCheck.contentHash(model, 1)
                        + "\",\"format\":\"pfm-foundation-1\",\"name\":\"release-2\",\"parents\":[\"" + PARENT
                        + "\"]}\n\n\u2014 " + PUBLISHER + " ");
    }

    @Test
    @DisplayName("may not if another key signed it, or the manifest was changed since")
    void signature() {
        InMemoryModelFiles model = ModelFixture.tiny(2).files();
        Sha256 hash = ModelCheck.contentHash(model, 1);
        for (String manifest : List.of(
                FoundationImport.sign(hash, PUBLISHER, pair(), "release-2", List.of()),
                FoundationImport.sign(hash, PUBLISHER + "2", key, "release-2", List.of()),
                sign(model).replace("release-2", "release-3"),
                "{}",
                "")) {
            assertThatThrownBy(() -> check(model, manifest))
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessageStartingWith("the manifest is not signed by publisher " + PUBLISHER);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"GLOBAL\" | \"PRIVATE\" | class: must be",
                "pfm-foundation-1 | pfm-foundation-2 | format: must be",
                "{\"class\" | { \"class\" | is not what this version writes",
                "\"parents\":[] | \"more\":1,\"parents\":[] | is not what this version writes",
                "\"parents\":[] | \"parents\":[\"00\"] | parents: must be",
                "\"parents\":[] | \"parents\":[],\"parents\":[] | parents"
            })
    @DisplayName("may not if what its publisher signed says something else:")
    void wrongManifest(String part, String other, String reason) {
        InMemoryModelFiles model = ModelFixture.tiny(2).files();
        String note = sign(model);
        String text = note.substring(0, note.indexOf("\n\n") + 1).replace(part, other);

        assertRefused(model, SignedNote.sign(text, PUBLISHER, key), reason);
    }

    @Test
    @DisplayName("may not if it is another model than the one that was signed")
    void anotherModel() {
        assertRefused(ModelFixture.tiny(3).files(), sign(ModelFixture.tiny(2).files()), "has content hash ");
    }

    @Nested
    @DisplayName("may not")
    class NotALearners {
        private final CheckpointRow checkpoint = checkpoint();
        private final VariantRow variant = checkpoint.variants().get(0);

        private CheckpointRow checkpoint() {
            engine.provision(MATH);
            engine.register(MATH, 1);
            return engine.merge();
        }

        @Test
        @DisplayName("if one of its parents is a learner's variant")
        void parent() {
            InMemoryModelFiles model = ModelFixture.tiny(2).files();
            assertRefused(
                    model,
                    sign(model, PARENT, variant.contentHash()),
                    "its parent " + variant.contentHash() + " is variant math of checkpoint 1 of namespace "
                            + checkpoint.nsUid() + ": a learner's own");
        }

        @Test
        @DisplayName("if it is a learner's variant")
        void itself() {
            LocalModelFiles model = exported();
            assertRefused(model, sign(model), "the model is variant math of checkpoint 1 of namespace ");
        }

        @Test
        @DisplayName(
                "if one tensor of it is a copy of a learner's, under whatever name and shape; the learner is not named")
        void tensor() {
            byte[] stolen = changedTensor();
            ModelFixture model = ModelFixture.tiny(2);
            model.bytes("model.extra", Dtype.U8, Shape.of(stolen.length), stolen);
            InMemoryModelFiles files = model.files();

            assertThatThrownBy(() -> check(files, sign(files)))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessage("model.extra: is a copy of tensor model.layers.0.q_proj.weight of variant math of"
                            + " checkpoint 1 of namespace " + checkpoint.nsUid()
                            + ": a learner's own, it never becomes a foundation")
                    .hasMessageNotContaining(ADA.value());
            stolen[0] ^= 1;
            InMemoryModelFiles changed = ModelFixture.tiny(2)
                    .bytes("model.extra", Dtype.U8, Shape.of(stolen.length), stolen)
                    .files();
            check(changed, sign(changed));
        }

        @Test
        @DisplayName("also if the learner has a newer checkpoint, and the copy is from an old one")
        void oldCheckpoint() {
            byte[] stolen = changedTensor();
            engine.register(MATH, 2);
            engine.merge();
            InMemoryModelFiles files = ModelFixture.tiny(2)
                    .bytes("model.extra", Dtype.U8, Shape.of(stolen.length), stolen)
                    .files();
            assertRefused(files, sign(files), "of variant math of checkpoint 1 of namespace ");
        }

        @Test
        @DisplayName("when a learner's checkpoint cannot be read: nobody can tell then")
        void damaged() {
            engine.blobs.flip(checkpoint.manifestBlob(), 8L * 200);
            InMemoryModelFiles files = ModelFixture.tiny(2).files();
            assertThatThrownBy(() -> check(files, sign(files))).isInstanceOf(CorruptDataException.class);
        }

        private byte[] changedTensor() {
            try (ModelDirectory model = ModelDirectory.open(exported(), FormatLimits.FOUNDATION)) {
                ModelTensor tensor = model.tensors().get("model.layers.0.q_proj.weight");
                byte[] bytes = new byte[(int) tensor.info().byteLength()];
                tensor.read(0, bytes, 0, bytes.length);
                return bytes;
            }
        }
    }

    @Test
    @DisplayName("may have what says nothing: few bytes, the same element all over, and what a release has already")
    void noFalseAlarm() {
        float[] zeros = new float[64];
        ModelFixture base = ModelFixture.tiny(1)
                .random("m.flat.weight", Dtype.F32, 8, 8)
                .random("m.small.weight", Dtype.F32, 2, 2)
                .random("m.same.weight", Dtype.F32, 8, 8);
        engine.foundation.put("r1", base.files());
        AdapterFixture adapter = AdapterFixture.seeded(1, 1, 1)
                .savesModules("m.flat", "m.small")
                .idle("m.same", 8, 8)
                .floats("m.flat.weight", Shape.of(8, 8), zeros)
                .floats("m.small.weight", Shape.of(2, 2), 1, 2, 3, 4);
        engine.provision(MATH);
        engine.orchestrator().adapters().register(ADA, MATH, adapter.files());
        CheckpointRow row = engine.merge();
        assertThat(row.variants().get(0).changedTensors()).isEqualTo(3);

        InMemoryModelFiles model = ModelFixture.tiny(2)
                .floats("m.flat.weight", Dtype.F32, Shape.of(8, 8), zeros)
                .floats("m.small.weight", Dtype.F32, Shape.of(2, 2), 1, 2, 3, 4)
                .floats("m.same.weight", Dtype.F32, Shape.of(8, 8), base.values("m.same.weight"))
                .files();

        check(model, sign(model));
    }

    /** Ada's first checkpoint as anybody gets it who may export it. */
    private LocalModelFiles exported() {
        Path out = folder.resolve("exported");
        engine.orchestrator().checkpoints().export(ADA, 1, "math", out);
        return LocalModelFiles.open(out);
    }

    private FoundationManifest check(ModelFiles files, String manifest) {
        return FoundationImport.of(new PublisherKey(PUBLISHER, key.getPublic()), target, 1)
                .against(engine.store, engine.blobs, Optional.empty(), engine.foundation)
                .check(files, manifest);
    }

    private String sign(ModelFiles files, Sha256... parents) {
        return FoundationImport.sign(ModelCheck.contentHash(files, 1), PUBLISHER, key, "release-2", List.of(parents));
    }

    private void assertRefused(ModelFiles files, String manifest, String reason) {
        assertThatThrownBy(() -> check(files, manifest))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining(reason);
    }

    private static KeyPair pair() {
        try {
            return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }
}
