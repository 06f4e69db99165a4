/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.spi.NsUid;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.UnavailableException;
import io.privatefm.spi.blob.BlobStore;
import io.privatefm.spi.blob.BlobWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A blob directory that destroys everything of an owner")
class DestroyedOwnerTest {
    private static final NsUid ANNA = new NsUid("0123456789abcdef0123456789abcdef");
    private static final NsUid BEN = new NsUid("fedcba9876543210fedcba9876543210");
    private static final byte[] HELLO = "hello".getBytes(StandardCharsets.US_ASCII);

    @TempDir
    Path dir;

    private Path root;
    private BlobStore store;

    @BeforeEach
    void store() {
        root = dir.resolve("store");
        store = BlobDirectory.at(root);
    }

    private Sha256 put(NsUid owner, byte[] content) {
        try (BlobWriter writer = store.create(owner, content.length)) {
            writer.write(ByteBuffer.wrap(content));
            return writer.commit();
        }
    }

    private void fill(NsUid owner) {
        store.discard(owner, put(owner, new byte[] {1}));
        put(owner, HELLO);
        TestFiles.write(root.resolve("staging/" + owner + "-1.tmp"), "half");
    }

    @Test
    @DisplayName("leaves no file and no folder of the owner, whatever is in it, and every one of another's")
    void leavesNothing() {
        fill(BEN);
        var others = TestFiles.below(root);
        fill(ANNA);
        TestFiles.write(root.resolve("blobs/" + ANNA + "/README"), "no blob");
        TestFiles.folder(root.resolve("blobs/" + ANNA + "/no/blob/either"));
        TestFiles.write(root.resolve("trash/" + ANNA + "/deep/down"), "no blob");

        store.destroy(ANNA);

        assertThat(TestFiles.below(root)).isEqualTo(others);
        assertThat(root.resolve("blobs/" + ANNA)).doesNotExist();
        assertThat(root.resolve("trash/" + ANNA)).doesNotExist();
    }

    @Test
    @DisplayName("lets no writer commit that was open before")
    void openWriter() {
        try (BlobWriter writer = store.create(ANNA, HELLO.length)) {
            writer.write(ByteBuffer.wrap(HELLO));
            store.destroy(ANNA);

            assertThatThrownBy(writer::commit).isInstanceOf(UnavailableException.class);
        }
        assertThat(TestFiles.below(root)).isEmpty();
    }

    @Test
    @DisplayName("removes a link among the blobs, and nothing of what it leads to")
    void links() {
        Path file = TestFiles.write(dir.resolve("outside/file"), "kept");
        put(ANNA, HELLO);
        TestFiles.link(root.resolve("blobs/" + ANNA + "/file"), file);
        TestFiles.link(root.resolve("blobs/" + ANNA + "/folder"), file.getParent());

        store.destroy(ANNA);

        assertThat(root.resolve("blobs/" + ANNA)).doesNotExist();
        assertThat(file).hasContent("kept");
    }

    @Test
    @DisplayName("is unavailable if a link is in place of the owner's folder, and destroys nothing behind it")
    void linkedFolder() {
        Path file = TestFiles.write(dir.resolve("outside/file"), "kept");
        Path space = root.resolve("blobs/" + ANNA);
        TestFiles.link(space, file.getParent());

        assertThatThrownBy(() -> store.destroy(ANNA))
                .isInstanceOf(UnavailableException.class)
                .hasMessage("cannot destroy " + space + ": it is not a directory");
        assertThat(file).hasContent("kept");
    }

    @Test
    @DisplayName("is unavailable, not done, if one of its own folders is gone, as when a disk is not mounted")
    void notMounted() throws IOException {
        fill(ANNA);
        for (String folder : new String[] {"blobs", "trash", "staging"}) {
            Files.move(root.resolve(folder), dir.resolve("not mounted"));
            assertThatThrownBy(() -> store.destroy(ANNA))
                    .isInstanceOf(UnavailableException.class)
                    .hasMessageContaining("it does not exist");
            Files.move(dir.resolve("not mounted"), root.resolve(folder));
        }
        store.destroy(ANNA);

        assertThat(TestFiles.below(root)).isEmpty();
    }
}
