/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.memory;

import io.privatefm.spi.KeyDestroyedException;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.WrongKeyException;
import io.privatefm.spi.keys.DestructionReceipt;
import io.privatefm.spi.keys.KeyVault;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Namespace keys in memory, which are gone with the process. What it wraps is {@code key id ‖ nonce ‖ AES-256-GCM}, with
 * key id and namespace uid authenticated.
 */
public final class InMemoryVault implements KeyVault {
    private static final int KEY = 32;
    private static final int ID = 16;
    private static final int NONCE = 12;
    private static final int TAG = 16;
    private static final int WRAPPED = ID + NONCE + KEY + TAG;

    private final InstantSource clock;
    private final SecureRandom random = new SecureRandom();
    private final Map<NsUid, NamespaceKey> keys = new HashMap<>();
    private final Map<NsUid, DestructionReceipt> destroyed = new HashMap<>();

    /** A namespace's key. */
    private static final class NamespaceKey {
        final byte[] id = new byte[ID];
        final byte[] key = new byte[KEY];
    }

    /** An empty vault whose receipts go by this clock. */
    public InMemoryVault(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public synchronized byte[] wrap(NsUid namespace, byte[] dataKey) {
        if (dataKey.length != KEY) {
            throw new IllegalArgumentException("a data key has " + KEY + " bytes, not " + dataKey.length);
        }
        requireNotDestroyed(namespace);
        NamespaceKey key = keys.computeIfAbsent(namespace, absent -> newKey());
        byte[] wrapped = Arrays.copyOf(key.id, WRAPPED);
        byte[] nonce = new byte[NONCE];
        random.nextBytes(nonce);
        System.arraycopy(nonce, 0, wrapped, ID, NONCE);
        try {
            cipher(Cipher.ENCRYPT_MODE, key, wrapped, namespace).doFinal(dataKey, 0, KEY, wrapped, ID + NONCE);
            return wrapped;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java platform cannot encrypt with AES-256-GCM", e);
        }
    }

    @Override
    public synchronized byte[] unwrap(NsUid namespace, byte[] wrapped) {
        requireNotDestroyed(namespace);
        NamespaceKey key = keys.get(namespace);
        if (key == null || wrapped.length != WRAPPED || !Arrays.equals(wrapped, 0, ID, key.id, 0, ID)) {
            throw wrongKey(namespace, null);
        }
        try {
            return cipher(Cipher.DECRYPT_MODE, key, wrapped, namespace).doFinal(wrapped, ID + NONCE, KEY + TAG);
        } catch (AEADBadTagException e) {
            throw wrongKey(namespace, e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java platform cannot decrypt with AES-256-GCM", e);
        }
    }

    @Override
    public synchronized DestructionReceipt destroy(NsUid namespace) {
        return destroyed.computeIfAbsent(namespace, absent -> {
            NamespaceKey key = keys.remove(namespace);
            if (key == null) {
                return new DestructionReceipt(namespace, "none", clock.instant());
            }
            Arrays.fill(key.key, (byte) 0);
            return new DestructionReceipt(namespace, HexFormat.of().formatHex(key.id), clock.instant());
        });
    }

    @Override
    public synchronized List<DestructionReceipt> destroyed() {
        return List.copyOf(destroyed.values());
    }

    private NamespaceKey newKey() {
        NamespaceKey key = new NamespaceKey();
        random.nextBytes(key.id);
        random.nextBytes(key.key);
        return key;
    }

    private void requireNotDestroyed(NsUid namespace) {
        if (destroyed.containsKey(namespace)) {
            throw new KeyDestroyedException("the key of namespace " + namespace + " was destroyed");
        }
    }

    private static Cipher cipher(int mode, NamespaceKey key, byte[] wrapped, NsUid namespace)
            throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, new SecretKeySpec(key.key, "AES"), new GCMParameterSpec(TAG * Byte.SIZE, wrapped, ID, NONCE));
        cipher.updateAAD(key.id);
        cipher.updateAAD(namespace.value().getBytes(StandardCharsets.US_ASCII));
        return cipher;
    }

    private static WrongKeyException wrongKey(NsUid namespace, @Nullable AEADBadTagException cause) {
        return new WrongKeyException(
                "this is no data key that this vault wrapped for namespace " + namespace
                        + "; a vault in memory starts without keys in each process",
                cause);
    }
}
