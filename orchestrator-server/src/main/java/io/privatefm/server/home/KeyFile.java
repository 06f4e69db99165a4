/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.home;

import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;

/**
 * An Ed25519 key in a file of two lines: the verifier key, and the private key as base64 of PKCS #8. Readable by its owner alone.
 */
public final class KeyFile {
    private static final String ALGORITHM = "Ed25519";

    private final Path file;
    private final List<String> lines;

    private KeyFile(Path file, List<String> lines) {
        this.file = file;
        this.lines = lines;
    }

    public static KeyPair draw() {
        try {
            return KeyPairGenerator.getInstance(ALGORITHM).generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Writes a key; of several processes that write one, one wins.
     *
     * @return false if there is something in its place; nothing was written then
     */
    public static boolean create(Path file, String verifier, PrivateKey key) throws IOException {
        return SecretFile.create(file, verifier + "\n" + Base64.getEncoder().encodeToString(key.getEncoded()) + "\n");
    }

    /**
     * Reads a key.
     *
     * @throws InvalidInputException if there is none, or it is damaged
     */
    public static KeyFile read(Path file) throws IOException {
        try {
            KeyFile read = new KeyFile(file, Files.readAllLines(file));
            read.privateKey();
            return read;
        } catch (NoSuchFileException e) {
            throw new InvalidInputException(ErrorCode.CONFIGURATION, "there is no key " + file);
        }
    }

    /** The verifier key: name and public key. */
    public String verifier() {
        return lines.get(0);
    }

    public PrivateKey privateKey() {
        try {
            PKCS8EncodedKeySpec encoded =
                    new PKCS8EncodedKeySpec(Base64.getDecoder().decode(lines.get(1)));
            return KeyFactory.getInstance(ALGORITHM).generatePrivate(encoded);
        } catch (GeneralSecurityException | IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new InvalidInputException(ErrorCode.CONFIGURATION, "the key in " + file + " is damaged");
        }
    }
}
