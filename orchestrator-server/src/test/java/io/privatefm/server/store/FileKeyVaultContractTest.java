/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.store;

import io.privatefm.modelstore.FileKeyVault;
import io.privatefm.modelstore.RootKey;
import io.privatefm.spi.keys.KeyVault;
import io.privatefm.testkit.KeyVaultContract;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A file vault")
class FileKeyVaultContractTest extends KeyVaultContract {
    private static final RootKey ROOT = RootKey.parse("42".repeat(RootKey.BYTES));

    @TempDir
    Path dir;

    private final Map<KeyVault, Path> opened = new HashMap<>();

    @Override
    protected KeyVault emptyVault() {
        return open(dir.resolve("vault " + opened.size()));
    }

    @Override
    protected KeyVault reopened(KeyVault vault) {
        return open(opened.get(vault));
    }

    private KeyVault open(Path folder) {
        KeyVault vault = FileKeyVault.open(folder, ROOT);
        opened.put(vault, folder);
        return vault;
    }
}
