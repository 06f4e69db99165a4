/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.journal;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.HexFormat;

/** Fixture: Ed25519 key pairs. */
final class AuditKey {
    /** The public key of {@link #fixed}, raw. */
    static final String PUBLIC = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";

    private static final String SECRET = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";

    private AuditKey() {}

    /** The key pair of RFC 8032, section 7.1, test 1. */
    static KeyPair fixed() {
        try {
            KeyFactory keys = KeyFactory.getInstance("Ed25519");
            return new KeyPair(
                    keys.generatePublic(
                            new X509EncodedKeySpec(HexFormat.of().parseHex("302a300506032b6570032100" + PUBLIC))),
                    keys.generatePrivate(new PKCS8EncodedKeySpec(
                            HexFormat.of().parseHex("302e020100300506032b657004220420" + SECRET))));
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /** Some other key pair. */
    static KeyPair other() {
        try {
            return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }
}
