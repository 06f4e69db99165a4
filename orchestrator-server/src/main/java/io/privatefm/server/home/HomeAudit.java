/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.home;

import io.privatefm.core.AuditLogKey;
import io.privatefm.modelstore.AnchorDirectory;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.util.HexFormat;

/**
 * The audit log's key in a data directory, {@code audit/key} (a {@link KeyFile}); the verifier key again in {@code audit/key.pub}; anchors in {@code audit/anchors}.
 *
 * @param origin name of the log
 */
public record HomeAudit(String origin, KeyPair key) {
    public static AnchorDirectory anchors(Path home) {
        return AnchorDirectory.at(folder(home).resolve("anchors"));
    }

    /** The verifier key of a data directory. */
    public static AuditLogKey readKey(Path home) {
        Path file = folder(home).resolve("key.pub");
        try {
            return AuditLogKey.parse(Files.readString(file));
        } catch (NoSuchFileException e) {
            throw new InvalidInputException(
                    ErrorCode.CONFIGURATION, "there is no audit log key " + file + ": not a data directory of pfm?");
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    public static boolean isIn(Path home) {
        return Files.exists(folder(home).resolve("key"));
    }

    /** The key of a data directory, made if absent; of several processes that make it, one wins. */
    public static HomeAudit open(Path home) throws IOException {
        Path folder = Files.createDirectories(folder(home));
        Path file = folder.resolve("key");
        if (!Files.exists(file)) {
            create(file);
        }
        KeyFile read = KeyFile.read(file);
        AuditLogKey verifier = AuditLogKey.parse(read.verifier());
        HomeFile.write(folder.resolve("key.pub"), (read.verifier() + "\n").getBytes(StandardCharsets.UTF_8));
        return new HomeAudit(verifier.origin(), new KeyPair(verifier.key(), read.privateKey()));
    }

    private static void create(Path file) throws IOException {
        byte[] name = new byte[8];
        new SecureRandom().nextBytes(name);
        KeyPair pair = KeyFile.draw();
        AuditLogKey verifier = new AuditLogKey("private-fm/" + HexFormat.of().formatHex(name), pair.getPublic());
        KeyFile.create(file, verifier.text(), pair.getPrivate()); // or another process did
    }

    private static Path folder(Path home) {
        return home.resolve("audit");
    }
}
