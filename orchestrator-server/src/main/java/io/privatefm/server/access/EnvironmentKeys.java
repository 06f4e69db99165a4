/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.access;

import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** The keys that the environment names: {@code SERVICE_API_KEY} and {@code GUARDIAN_API_KEY}. Their hashes alone are kept. */
public final class EnvironmentKeys {
    /** How many characters a key has at least. */
    public static final int SHORTEST = 32;

    static final Principal SERVICE =
            new Principal("service", EnumSet.complementOf(EnumSet.of(Scope.OPEN, Scope.GUARDIAN)));
    static final Principal GUARDIAN = new Principal("guardian", Set.of(Scope.GUARDIAN));

    private final byte[] service;
    private final byte[] guardian;

    /**
     * Keeps the hashes of these keys.
     *
     * @param service empty if no key of the environment is a service's
     * @param guardian empty if no key of the environment is a guardian's
     * @throws InvalidInputException ({@link ErrorCode#CONFIGURATION}) if one is shorter than {@value #SHORTEST} characters, or both are
     *     the same
     */
    public EnvironmentKeys(Optional<String> service, Optional<String> guardian) {
        service.ifPresent(key -> requireLong("SERVICE_API_KEY", key));
        guardian.ifPresent(key -> requireLong("GUARDIAN_API_KEY", key));
        if (service.isPresent() && service.equals(guardian)) {
            throw new InvalidInputException(
                    ErrorCode.CONFIGURATION, "SERVICE_API_KEY and GUARDIAN_API_KEY must not be the same");
        }
        this.service = service.map(EnvironmentKeys::hash).orElseGet(EnvironmentKeys::nobodys);
        this.guardian = guardian.map(EnvironmentKeys::hash).orElseGet(EnvironmentKeys::nobodys);
    }

    /** Whose key this is. Compares with each of them in any case. */
    Optional<Principal> holder(String presented) {
        byte[] hash = hash(presented);
        boolean isService = MessageDigest.isEqual(hash, service);
        boolean isGuardian = MessageDigest.isEqual(hash, guardian);
        if (isService) {
            return Optional.of(SERVICE);
        }
        return isGuardian ? Optional.of(GUARDIAN) : Optional.empty();
    }

    /** Says nothing of the keys. */
    @Override
    public String toString() {
        return "EnvironmentKeys[***]";
    }

    private static void requireLong(String name, String key) {
        if (key.length() < SHORTEST) {
            throw new InvalidInputException(
                    ErrorCode.CONFIGURATION,
                    name + " must have at least " + SHORTEST + " characters; `openssl rand -base64 32` makes one");
        }
    }

    private static byte[] hash(String key) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** What no key hashes to. */
    private static byte[] nobodys() {
        byte[] drawn = new byte[32];
        new SecureRandom().nextBytes(drawn);
        return drawn;
    }
}
