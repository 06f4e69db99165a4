/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core;

import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.guardian.Decision;
import io.privatefm.spi.guardian.GuardianAuthority;
import io.privatefm.spi.guardian.GuardianRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Grants a deletion to whoever shows the one guardian key of the installation and says who they are: for hosts that check guardians
 * themselves before they call. Safe for use by several threads at once.
 */
public final class ApiKeyAuthority implements GuardianAuthority {
    /** Shortest key that is taken. */
    public static final int LEAST_CHARACTERS = 32;

    private static final String METHOD = "guardian API key";

    private final byte[] digest;

    private ApiKeyAuthority(byte[] digest) {
        this.digest = digest;
    }

    /**
     * An authority with a key.
     *
     * @param key at least {@link #LEAST_CHARACTERS} characters; only its hash is kept
     */
    public static ApiKeyAuthority of(String key) {
        if (key.length() < LEAST_CHARACTERS) {
            throw new InvalidInputException(
                    ErrorCode.CONFIGURATION,
                    "the guardian API key needs " + LEAST_CHARACTERS + " characters, it has " + key.length());
        }
        return new ApiKeyAuthority(digest(key));
    }

    @Override
    public Decision decide(GuardianRequest request) {
        boolean right = MessageDigest.isEqual(digest, digest(request.credential()));
        if (!right) {
            return new Decision.Denied("wrong guardian API key");
        }
        return request.guardian().isBlank() ? new Decision.Denied("no guardian named") : new Decision.Granted(METHOD);
    }

    private static byte[] digest(String key) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
