/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.cli;

import io.privatefm.core.AuditLogKey;
import io.privatefm.modelstore.AnchorDirectory;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;

/**
 * The audit log's key in a data directory, {@code audit/key} (two lines: the verifier key, and the private key as base64 of
 * PKCS #8), readable by its owner alone; the verifier key again in {@code audit/key.pub}; anchors in {@code audit/anchors}.
 *
 * @param origin name of the log
 */
record HomeAudit(String origin, KeyPair key) {
    private static final String ALGORITHM = "Ed25519";

    static AnchorDirectory anchors(Path home) {
        return AnchorDirectory.at(folder(home).resolve("anchors"));
    }

    /** The verifier key of a data directory. */
    static AuditLogKey readKey(Path home) {
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

    /** The key of a data directory, made if absent; of several processes that make it, one wins. */
    static HomeAudit open(Path home) throws IOException {
        Path folder = Files.createDirectories(folder(home));
        Path file = folder.resolve("key");
        if (!Files.exists(file)) {
            create(folder, file);
        }
        List<String> lines = Files.readAllLines(file);
        AuditLogKey verifier = AuditLogKey.parse(lines.get(0));
        HomeFile.write(folder.resolve("key.pub"), (lines.get(0) + "\n").getBytes(StandardCharsets.UTF_8));
        try {
            PKCS8EncodedKeySpec encoded =
                    new PKCS8EncodedKeySpec(Base64.getDecoder().decode(lines.get(1)));
            return new HomeAudit(
                    verifier.origin(),
                    new KeyPair(
                            verifier.key(), KeyFactory.getInstance(ALGORITHM).generatePrivate(encoded)));
        } catch (GeneralSecurityException | IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new InvalidInputException(ErrorCode.CONFIGURATION, "the audit log's key in " + file + " is damaged");
        }
    }

    private static void create(Path folder, Path file) throws IOException {
        SecureRandom random = new SecureRandom();
        byte[] name = new byte[8];
        random.nextBytes(name);
        KeyPair pair;
        try {
            pair = KeyPairGenerator.getInstance(ALGORITHM).generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
        AuditLogKey verifier = new AuditLogKey("private-fm/" + HexFormat.of().formatHex(name), pair.getPublic());
        String text = verifier.text() + "\n"
                + Base64.getEncoder().encodeToString(pair.getPrivate().getEncoded()) + "\n";
        Path staged = Files.createTempFile(
                folder,
                "key",
                ".tmp",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try {
            Files.writeString(staged, text);
            Files.createLink(file, staged);
        } catch (FileAlreadyExistsException e) {
            // another process made it
        } finally {
            Files.delete(staged);
        }
    }

    private static Path folder(Path home) {
        return home.resolve("audit");
    }
}
