/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.store;

import io.privatefm.modelstore.BlobDirectory;
import io.privatefm.spi.blob.BlobStore;
import io.privatefm.testkit.BlobStoreContract;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A blob directory")
class BlobDirectoryContractTest extends BlobStoreContract {
    @TempDir
    Path dir;

    @Override
    protected BlobStore emptyStore() {
        return BlobDirectory.at(dir);
    }
}
