/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.home;

import io.privatefm.modelstore.FileKeyVault;
import io.privatefm.modelstore.RootKey;
import io.privatefm.server.config.Setting;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;

/**
 * The key vault of a data directory, in a folder of its own: beside it and not in it, so that no copy of the data holds its keys. The
 * root key is the environment's {@link Setting#ENCRYPTION_KEY}, else the file {@code root.key} in that folder, made if absent.
 */
public final class HomeKeys {
    private HomeKeys() {}

    /**
     * Opens a vault, made if absent.
     *
     * @param keys empty for the folder beside the data directory
     * @throws io.privatefm.spi.WrongKeyException if the root key is not the one that the vault was set up with
     */
    public static FileKeyVault open(Path home, Optional<Path> keys) {
        return open(home, keys, Setting.ENCRYPTION_KEY.in(System.getenv()));
    }

    /**
     * The same with a root key that is given.
     *
     * @param root 32 bytes, base64 or hex; empty for the file's
     */
    public static FileKeyVault open(Path home, Optional<Path> keys, Optional<String> root) {
        Path folder = folder(home, keys);
        try {
            return FileKeyVault.open(folder.resolve("vault"), RootKey.parse(rootText(folder, root)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The pepper that the root key of a vault gives.
     *
     * @param keys empty for the folder beside the data directory
     * @throws io.privatefm.spi.WrongKeyException if the root key is not the one that the vault was set up with: what is hashed under another
     *     pepper would be worth nothing
     */
    public static Pepper pepper(Path home, Optional<Path> keys) {
        return pepper(home, keys, Setting.ENCRYPTION_KEY.in(System.getenv()));
    }

    /**
     * The same with a root key that is given.
     *
     * @param root 32 bytes, base64 or hex; empty for the file's
     */
    public static Pepper pepper(Path home, Optional<Path> keys, Optional<String> root) {
        open(home, keys, root); // which refuses a text that is no root key, or another's
        byte[] key;
        try {
            String text = rootText(folder(home, keys), root).strip();
            key = text.length() == 2 * RootKey.BYTES
                    ? HexFormat.of().parseHex(text)
                    : Base64.getDecoder().decode(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        try {
            return Pepper.derive(key);
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }

    /** Where they are; made if absent. */
    public static Path folder(Path home, Optional<Path> keys) {
        Path folder = keys.orElseGet(() -> DataDirectory.beside(home, ".keys"));
        if (folder.toAbsolutePath().normalize().startsWith(home.toAbsolutePath().normalize())) {
            throw new InvalidInputException(
                    ErrorCode.CONFIGURATION, "the keys must not lie in the data directory: " + folder);
        }
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return folder;
    }

    private static String rootText(Path folder, Optional<String> given) throws IOException {
        if (given.isPresent()) {
            return given.get();
        }
        Path file = folder.resolve("root.key");
        if (!Files.exists(file)) {
            byte[] drawn = new byte[RootKey.BYTES];
            new SecureRandom().nextBytes(drawn);
            SecretFile.create(file, HexFormat.of().formatHex(drawn) + "\n");
        }
        return Files.readString(file);
    }
}
