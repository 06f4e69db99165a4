/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.TextNode;
import io.privatefm.core.AdapterFixture;
import io.privatefm.core.FaultyBlobs;
import io.privatefm.core.model.Dtype;
import io.privatefm.core.model.InMemoryModelFiles;
import io.privatefm.core.seal.SealedBlobs;
import io.privatefm.spi.CorruptDataException;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.Subject;
import io.privatefm.spi.adapter.AdapterLimits;
import io.privatefm.spi.store.AdapterRow;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A namespace's copy of an adapter")
class AdapterArchiveTest {
    private static final Subject MATH = Subject.of("math");
    private static final NsUid OWNER = new NsUid("0123456789abcdef0123456789abcdef");

    private final FaultyBlobs store = new FaultyBlobs(InstantSource.system());
    private final AdapterArchive archive =
            new AdapterArchive(new SealedBlobs(store, null, new Random(3)), AdapterLimits.DEFAULT);

    @AfterEach
    void everythingIsClosed() {
        assertThat(store.openHandles()).as("open blobs").isZero();
    }

    @Test
    @DisplayName("is the same adapter")
    void copy() {
        InMemoryModelFiles files = AdapterFixture.tiny(1).files();
        try (Adapter original = Adapter.open(files, AdapterLimits.DEFAULT);
                Adapter copy = archive.open(
                        OWNER, MATH, archive.keep(OWNER, MATH, files).kept())) {
            assertThat(copy.digest()).isEqualTo(original.digest());
            String key = "base_model.model.model.layers.0.q_proj.lora_A.weight";
            byte[] bytes = new byte[64];
            byte[] copied = new byte[64];
            original.tensor(key).read(0, bytes, 0, 64);
            copy.tensor(key).read(0, copied, 0, 64);
            assertThat(copied).isEqualTo(bytes);
        }
        assertThat(files.openHandles()).isZero();
    }

    @Test
    @DisplayName("may be larger than a chunk of copying")
    void large() {
        InMemoryModelFiles files =
                AdapterFixture.seeded(1, 64, 64).linear("m", 5000, 500).files();
        try (Adapter original = Adapter.open(files, AdapterLimits.DEFAULT);
                Adapter copy = archive.open(
                        OWNER, MATH, archive.keep(OWNER, MATH, files).kept())) {
            assertThat(copy.digest()).isEqualTo(original.digest());
        }
    }

    @Test
    @DisplayName(
            "is refused when a bit of it is turned, when it is missing, or when it is another adapter than registered")
    void damaged() {
        AdapterArchive.Kept kept =
                archive.keep(OWNER, MATH, AdapterFixture.tiny(1).files()).kept();
        AdapterArchive.Kept other =
                archive.keep(OWNER, MATH, AdapterFixture.tiny(2).files()).kept();
        Sha256 digest;
        try (Adapter adapter = archive.open(OWNER, MATH, kept)) {
            digest = adapter.digest();
        }
        SplittableRandom random = new SplittableRandom(1);
        for (Sha256 blob : List.of(kept.configBlob(), kept.weightsBlob())) {
            int bytes = store.bytes(OWNER, blob).length;
            for (int i = 0; i < 100; i++) {
                store.flip(blob, random.nextInt(8 * bytes));
                assertThatThrownBy(() -> archive.open(row(kept, digest)))
                        .isInstanceOf(CorruptDataException.class)
                        .hasMessageStartingWith("blob " + blob + " is damaged");
            }
            store.heal();
            store.lose(blob);
            assertThatThrownBy(() -> archive.open(row(kept, digest)))
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessage("blob " + blob + " is missing");
            store.heal();
        }
        assertThatThrownBy(() -> archive.open(row(other, digest)))
                .isInstanceOfSatisfying(
                        CorruptDataException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CORRUPT_DATA))
                .hasMessageStartingWith("the stored adapter for math, revision 4, has digest ")
                .hasMessageEndingWith(" instead of " + digest);
    }

    @Test
    @DisplayName("is not made when a file is missing, or when all there is is a pickle")
    void incomplete() {
        InMemoryModelFiles pickle =
                new InMemoryModelFiles().put("adapter_config.json", "{}").put("adapter_model.bin", new byte[5]);

        assertThatThrownBy(() -> archive.keep(OWNER, MATH, pickle))
                .isInstanceOfSatisfying(
                        InvalidInputException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.ADAPTER_UNSUPPORTED))
                .hasMessageContaining("holds a pickle (adapter_model.bin), which is never loaded");
        assertThat(store.committed()).isEmpty();
    }

    @Test
    @DisplayName("has a digest of its meaning: what a merge reads changes it, and nothing else does")
    void digest() {
        Sha256 digest = digest(AdapterFixture.tiny(1));

        assertThat(digest(AdapterFixture.tiny(1)
                        .field("lora_dropout", TextNode.valueOf("0.1"))
                        .field("inference_mode", TextNode.valueOf("true"))
                        .field("target_modules", AdapterFixture.names("v_proj", "q_proj"))))
                .as("dropout and mode")
                .isEqualTo(digest(AdapterFixture.tiny(1)
                        .field("target_modules", AdapterFixture.names("q_proj", "v_proj", "v_proj"))));
        List<Sha256> others = new ArrayList<>(List.of(digest));
        others.add(digest(AdapterFixture.tiny(2)));
        others.add(digest(AdapterFixture.tiny(1).flag("use_rslora")));
        others.add(digest(AdapterFixture.tiny(1).field("bias", TextNode.valueOf("all"))));
        others.add(digest(AdapterFixture.tiny(1).dtype(Dtype.BF16).random("extra.weight", 1)));
        others.add(digest(AdapterFixture.tiny(1).random("extra.weight", 1)));
        assertThat(others).doesNotHaveDuplicates();
    }

    private static Sha256 digest(AdapterFixture adapter) {
        try (Adapter open = Adapter.open(adapter.files(), AdapterLimits.DEFAULT)) {
            return open.digest();
        }
    }

    private static AdapterRow row(AdapterArchive.Kept kept, Sha256 digest) {
        return new AdapterRow(
                OWNER,
                Subject.of("math"),
                4,
                digest,
                kept.configBlob(),
                kept.weightsBlob(),
                1,
                Optional.empty(),
                Instant.EPOCH);
    }
}
