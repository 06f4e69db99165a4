/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core;

import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.guardian.Decision;
import io.privatefm.spi.guardian.GuardianAuthority;
import io.privatefm.spi.guardian.GuardianRequest;
import io.privatefm.spi.store.OrchestratorStore;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Deletion capabilities: a host that has just verified a guardian issues one, and whoever shows it may have that one learner deleted,
 * in that guardian's name, once, within minutes. Also the authority that takes them. Safe for use by several threads at once, and by
 * all processes that share the store and the key.
 *
 * <p>A capability is {@code base64url(nonce (16 bytes) ‖ expiry in seconds since 1970 (u64be) ‖ HMAC-SHA256)}; the MAC covers both, the
 * action, the learner and the guardian.
 */
public final class DeletionCapabilities implements GuardianAuthority {
    /** Longest time that a capability can be good for. */
    public static final Duration LONGEST = Duration.ofMinutes(10);

    private static final String CONSUMER = "deletion-capability";
    private static final String ACTION = "pfm-capability-1 delete";
    private static final String MAC = "HmacSHA256";
    private static final int KEY_BYTES = 32;
    private static final int NONCE_BYTES = 16;
    private static final int TOKEN_BYTES = NONCE_BYTES + Long.BYTES + 32;

    private final OrchestratorStore store;
    private final SecretKeySpec key;
    private final InstantSource clock;
    private final SecureRandom random = new SecureRandom();

    private DeletionCapabilities(OrchestratorStore store, SecretKeySpec key, InstantSource clock) {
        this.store = store;
        this.key = key;
        this.clock = clock;
    }

    /**
     * Capabilities under a key.
     *
     * @param store remembers which were used
     * @param key 32 secret bytes, for nothing else; a copy is kept
     */
    public static DeletionCapabilities of(OrchestratorStore store, byte[] key, InstantSource clock) {
        if (key.length != KEY_BYTES) {
            throw new InvalidInputException(
                    ErrorCode.CONFIGURATION,
                    "the key of deletion capabilities has " + KEY_BYTES + " bytes, not " + key.length);
        }
        return new DeletionCapabilities(store, new SecretKeySpec(key, MAC), clock);
    }

    /**
     * Issues a capability, after the guardian was verified.
     *
     * @param goodFor at most {@link #LONGEST}
     * @return what the guardian shows as credential; a secret
     */
    public String issue(LearnerId learner, String guardian, Duration goodFor) {
        if (goodFor.isNegative() || goodFor.isZero() || goodFor.compareTo(LONGEST) > 0) {
            throw new InvalidInputException(
                    ErrorCode.INVALID_ARGUMENT,
                    "a deletion capability is good for up to " + LONGEST + ", not " + goodFor);
        }
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        long expiry = clock.instant().plus(goodFor).getEpochSecond();
        byte[] token = ByteBuffer.allocate(TOKEN_BYTES)
                .put(nonce)
                .putLong(expiry)
                .put(mac(nonce, expiry, learner, guardian))
                .array();
        return Base64.getUrlEncoder().withoutPadding().encodeToString(token);
    }

    @Override
    public Decision decide(GuardianRequest request) {
        byte[] token;
        try {
            token = Base64.getUrlDecoder().decode(request.credential());
        } catch (IllegalArgumentException e) {
            token = new byte[0];
        }
        ByteBuffer fields = ByteBuffer.wrap(Arrays.copyOf(token, TOKEN_BYTES));
        byte[] nonce = new byte[NONCE_BYTES];
        fields.get(nonce);
        long expiry = fields.getLong();
        byte[] mac = new byte[fields.remaining()];
        fields.get(mac);
        boolean authentic = MessageDigest.isEqual(mac, mac(nonce, expiry, request.learner(), request.guardian()));
        if (!authentic || token.length != TOKEN_BYTES) {
            return new Decision.Denied("no capability of this learner and guardian");
        }
        if (!clock.instant().isBefore(Instant.ofEpochSecond(expiry))) {
            return new Decision.Denied("the capability has expired");
        }
        boolean unused =
                store.inTransaction(tx -> tx.firstTime(CONSUMER, HexFormat.of().formatHex(nonce)));
        return unused
                ? new Decision.Granted("deletion capability")
                : new Decision.Denied("the capability was used before");
    }

    private byte[] mac(byte[] nonce, long expiry, LearnerId learner, String guardian) {
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        message.writeBytes(nonce);
        message.writeBytes(ByteBuffer.allocate(Long.BYTES).putLong(expiry).array());
        for (String text : new String[] {ACTION, learner.value(), guardian}) {
            byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
            message.writeBytes(
                    ByteBuffer.allocate(Integer.BYTES).putInt(utf8.length).array());
            message.writeBytes(utf8);
        }
        try {
            Mac hmac = Mac.getInstance(MAC);
            hmac.init(key);
            return hmac.doFinal(message.toByteArray());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
