/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.modelstore.crash.CrashFileSystem;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.UnavailableException;
import io.privatefm.spi.blob.BlobStore;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The room for a blob")
class FreeSpaceTest {
    private static final NsUid OWNER = new NsUid("0123456789abcdef0123456789abcdef");

    private final CrashFileSystem disk = CrashFileSystem.empty(Set.of());
    private final BlobStore store = BlobDirectory.at(disk.getPath("/store"));

    @Test
    @DisplayName("is a tenth more than its size")
    void tenthMore() {
        disk.setUsableSpace(1_099);
        assertThatThrownBy(() -> store.create(OWNER, 1_000))
                .isInstanceOf(UnavailableException.class)
                .hasMessageEndingWith(": no room for 1000 bytes, only 1099 are free (/store/staging)");
        disk.setUsableSpace(1_100);
        assertThatCode(() -> store.create(OWNER, 1_000).close()).doesNotThrowAnyException();
    }

    @Test
    @DisplayName("is always there for one of unknown size")
    void unknownSize() {
        disk.setUsableSpace(0);
        assertThatCode(() -> store.create(OWNER, 0).close()).doesNotThrowAnyException();
    }
}
