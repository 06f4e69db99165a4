/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.operation;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** HMAC-SHA256 (RFC 2104) of texts, under a secret: without it nothing can be said about the texts, not even by guessing them. */
final class RequestCodes {
    private static final String ALGORITHM = "HmacSHA256";
    private static final int SHORTEST = 32;

    private final SecretKeySpec pepper;

    RequestCodes(byte[] pepper) {
        if (pepper.length < SHORTEST) {
            throw new IllegalArgumentException("a pepper has at least " + SHORTEST + " bytes, not " + pepper.length);
        }
        this.pepper = new SecretKeySpec(pepper, ALGORITHM);
    }

    /** As 64 hex digits; other texts, or the same in another order, give another code. */
    String of(String... texts) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(pepper);
            for (String text : texts) {
                byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
                mac.update(
                        ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
                mac.update(bytes);
            }
            return HexFormat.of().formatHex(mac.doFinal());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
