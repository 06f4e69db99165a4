/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.modelstore.BlobDirectory;
import io.privatefm.modelstore.FileKeyVault;
import io.privatefm.modelstore.RootKey;
import io.privatefm.spi.KeyDestroyedException;
import io.privatefm.spi.guardian.DeletionOutcome;
import io.privatefm.spi.guardian.DeletionReceipt;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The example with encryption")
class PrivateLearnerTest {
    @TempDir
    private Path work;

    @Test
    @DisplayName("deletes its learner: no key, no blob")
    void runs() throws IOException {
        Path foundation = Files.createDirectory(work.resolve("foundation"));
        QuickStartTest.copy(QuickStartTest.DATA.resolve("foundation/release-1"), foundation.resolve("release-1"));
        Path adapter = QuickStartTest.DATA.resolve("adapters/7d9f7c1e-5d3a-4b52-9c43-2f6a1d0e8b11/math");
        Path data = Files.createDirectory(work.resolve("data"));
        Path keys = Files.createDirectory(work.resolve("keys"));
        RootKey root = RootKey.parse("ab".repeat(RootKey.BYTES));

        DeletionOutcome outcome = PrivateLearner.run(foundation, adapter, data, keys, root, new byte[32]);

        assertThat(outcome).isInstanceOf(DeletionOutcome.Deleted.class);
        DeletionReceipt receipt = ((DeletionOutcome.Deleted) outcome).receipt();
        FileKeyVault vault = FileKeyVault.open(keys, root);
        assertThatThrownBy(() -> vault.wrap(receipt.namespace(), new byte[32]))
                .isInstanceOf(KeyDestroyedException.class);
        assertThat(BlobDirectory.at(data).list(receipt.namespace())).isEmpty();
    }
}
