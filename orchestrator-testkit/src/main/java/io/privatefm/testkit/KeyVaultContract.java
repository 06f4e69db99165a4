/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.spi.KeyDestroyedException;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.WrongKeyException;
import io.privatefm.spi.keys.DestructionReceipt;
import io.privatefm.spi.keys.KeyVault;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/**
 * What every {@link KeyVault} must do, as far as it can be seen without pulling the plug. Extend it and return an empty vault:
 *
 * <pre>
 * class MyVaultTest extends KeyVaultContract {
 *     &#64;Override
 *     protected KeyVault emptyVault() { return new MyVault(); }
 * }
 * </pre>
 *
 * A vault that outlives its process also overrides {@link #reopened}.
 */
@DisplayName("A key vault")
public abstract class KeyVaultContract {
    private static final NsUid ANNA = new NsUid("0123456789abcdef0123456789abcdef");
    private static final NsUid BEN = new NsUid("fedcba9876543210fedcba9876543210");
    private static final int KEY = 32;
    private static final int THREADS = 8;
    private static final int ROUNDS = 20;

    @SuppressWarnings("NullAway.Init")
    private KeyVault vault;

    @SuppressWarnings("NullAway.Init")
    private byte[] dataKey;

    /** For subclasses. */
    protected KeyVaultContract() {}

    /** A vault without keys and tombstones; called before each test. */
    protected abstract KeyVault emptyVault();

    /** The same vault as another process has it; the vault itself, if it ends with its process. */
    protected KeyVault reopened(KeyVault open) {
        return open;
    }

    @BeforeEach
    final void open() {
        vault = emptyVault();
        dataKey = new byte[KEY];
        random("open").nextBytes(dataKey);
    }

    private List<KeyVault> openedAndReopened() {
        return List.of(vault, reopened(vault));
    }

    private void assertDestroyed(NsUid namespace, byte[] wrapped) {
        for (KeyVault at : openedAndReopened()) {
            assertThatThrownBy(() -> at.unwrap(namespace, wrapped)).isInstanceOf(KeyDestroyedException.class);
            assertThatThrownBy(() -> at.wrap(namespace, dataKey)).isInstanceOf(KeyDestroyedException.class);
        }
    }

    private static Random random(String test) {
        long seed = Long.getLong("pfm.seed", new Random().nextLong());
        System.out.println("KeyVaultContract." + test + ": -Dpfm.seed=" + seed);
        return new Random(seed);
    }

    private static NsUid namespace(int number) {
        return new NsUid("%032x".formatted(number));
    }

    @Nested
    @DisplayName("wraps a data key, and")
    class Wrapping {
        @Test
        @DisplayName("unwraps it again, also when it was opened anew")
        void roundTrip() {
            byte[] wrapped = vault.wrap(ANNA, dataKey);
            for (KeyVault at : openedAndReopened()) {
                assertThat(at.unwrap(ANNA, wrapped)).isEqualTo(dataKey);
            }
            byte[] later = reopened(vault).wrap(ANNA, dataKey);
            assertThat(vault.unwrap(ANNA, later)).isEqualTo(dataKey);
            assertThat(vault.unwrap(ANNA, wrapped)).isEqualTo(dataKey);
        }

        @Test
        @DisplayName("keeps nothing of the arrays that it is given and gives")
        void arrays() {
            byte[] given = dataKey.clone();
            byte[] wrapped = vault.wrap(ANNA, given);
            assertThat(given).isEqualTo(dataKey);
            Arrays.fill(given, (byte) 0);
            byte[] kept = wrapped.clone();
            byte[] unwrapped = vault.unwrap(ANNA, wrapped);
            assertThat(wrapped).isEqualTo(kept);
            Arrays.fill(unwrapped, (byte) 0);
            assertThat(vault.unwrap(ANNA, wrapped)).isEqualTo(dataKey);
        }

        @Test
        @DisplayName("gives something else each time, without the key in it")
        void differs() {
            List<String> seen = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                seen.add(HexFormat.of().formatHex(vault.wrap(ANNA, dataKey)));
            }
            assertThat(seen)
                    .doesNotHaveDuplicates()
                    .noneMatch(wrapped ->
                            wrapped.contains(HexFormat.of().formatHex(dataKey).substring(0, KEY)));
        }

        @Test
        @DisplayName("takes 32 bytes, not fewer and not more")
        void length() {
            for (int length : new int[] {0, 1, 16, 31, 33, 64}) {
                assertThatThrownBy(() -> vault.wrap(ANNA, new byte[length]))
                        .isInstanceOf(IllegalArgumentException.class);
            }
            assertThat(vault.unwrap(ANNA, vault.wrap(ANNA, new byte[KEY]))).isEqualTo(new byte[KEY]);
        }

        @Test
        @DisplayName("does not unwrap it for another namespace, whether that has a key or not")
        void namespaces() {
            byte[] annas = vault.wrap(ANNA, dataKey);
            assertThatThrownBy(() -> vault.unwrap(BEN, annas)).isInstanceOf(WrongKeyException.class);
            byte[] bens = vault.wrap(BEN, dataKey);

            assertThatThrownBy(() -> vault.unwrap(BEN, annas)).isInstanceOf(WrongKeyException.class);
            assertThatThrownBy(() -> vault.unwrap(ANNA, bens)).isInstanceOf(WrongKeyException.class);
            assertThat(vault.unwrap(ANNA, annas)).isEqualTo(dataKey);
            assertThat(vault.unwrap(BEN, bens)).isEqualTo(dataKey);
        }

        @Test
        @DisplayName("does not unwrap it with any bit flipped")
        void flipped() {
            byte[] wrapped = vault.wrap(ANNA, dataKey);
            for (int bit = 0; bit < wrapped.length * Byte.SIZE; bit++) {
                byte[] flipped = wrapped.clone();
                flipped[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
                assertThatThrownBy(() -> vault.unwrap(ANNA, flipped))
                        .as("bit %s", bit)
                        .isInstanceOf(WrongKeyException.class);
            }
            assertThat(vault.unwrap(ANNA, wrapped)).isEqualTo(dataKey);
        }

        @Test
        @DisplayName("does not unwrap it cut off at any length, or with more behind it")
        void lengths() {
            byte[] wrapped = vault.wrap(ANNA, dataKey);
            for (int length = 0; length <= wrapped.length + KEY; length++) {
                if (length != wrapped.length) {
                    byte[] other = Arrays.copyOf(wrapped, length);
                    assertThatThrownBy(() -> vault.unwrap(ANNA, other))
                            .as("%s bytes", length)
                            .isInstanceOf(WrongKeyException.class);
                }
            }
        }

        @Test
        @DisplayName("does not unwrap what another vault wrapped for the same namespace")
        void anotherVault() {
            byte[] before = vault.wrap(ANNA, dataKey);
            KeyVault other = emptyVault();
            assertThatThrownBy(() -> other.unwrap(ANNA, before)).isInstanceOf(WrongKeyException.class);
            other.wrap(ANNA, dataKey);
            assertThatThrownBy(() -> other.unwrap(ANNA, before)).isInstanceOf(WrongKeyException.class);
        }

        @Test
        @DisplayName("makes one key for a new namespace, however many threads need it first")
        void together() throws Exception {
            KeyVault second = reopened(vault);
            for (int round = 0; round < ROUNDS; round++) {
                NsUid namespace = namespace(round);
                List<Callable<byte[]>> tasks = new ArrayList<>();
                for (int thread = 0; thread < THREADS; thread++) {
                    KeyVault at = thread % 2 == 0 ? vault : second;
                    tasks.add(() -> at.wrap(namespace, dataKey));
                }
                for (byte[] wrapped : Race.run(tasks)) {
                    assertThat(vault.unwrap(namespace, wrapped)).isEqualTo(dataKey);
                    assertThat(second.unwrap(namespace, wrapped)).isEqualTo(dataKey);
                }
            }
        }
    }

    @Nested
    @DisplayName("destroys a namespace's key, and")
    class Destroying {
        @Test
        @DisplayName("never wraps or unwraps for it again, also when it was opened anew")
        void isFinal() {
            byte[] wrapped = vault.wrap(ANNA, dataKey);
            vault.destroy(ANNA);

            assertDestroyed(ANNA, wrapped);
            assertDestroyed(ANNA, new byte[0]);
        }

        @Test
        @DisplayName("gives a receipt of it, the same each time")
        void receipt() {
            Instant before = Instant.now();
            vault.wrap(ANNA, dataKey);
            DestructionReceipt receipt = vault.destroy(ANNA);

            assertThat(receipt.namespace()).isEqualTo(ANNA);
            assertThat(receipt.keyId()).isNotBlank();
            assertThat(receipt.destroyedAt())
                    .isBetween(before.minus(Duration.ofDays(1)), before.plus(Duration.ofDays(1)));
            for (KeyVault at : openedAndReopened()) {
                assertThat(at.destroy(ANNA)).isEqualTo(receipt);
            }
        }

        @Test
        @DisplayName("calls the keys of two namespaces by different names")
        void keyIds() {
            vault.wrap(ANNA, dataKey);
            vault.wrap(BEN, dataKey);
            assertThat(vault.destroy(ANNA).keyId())
                    .isNotEqualTo(vault.destroy(BEN).keyId());
        }

        @Test
        @DisplayName("sees to it that a namespace without a key never gets one")
        void neverMade() {
            DestructionReceipt receipt = vault.destroy(ANNA);
            assertThat(receipt.namespace()).isEqualTo(ANNA);
            assertDestroyed(ANNA, new byte[KEY]);
            assertThat(reopened(vault).destroy(ANNA)).isEqualTo(receipt);
        }

        @Test
        @DisplayName("leaves other namespaces as they are")
        void others() {
            byte[] bens = vault.wrap(BEN, dataKey);
            vault.wrap(ANNA, dataKey);
            vault.destroy(ANNA);

            for (KeyVault at : openedAndReopened()) {
                assertThat(at.unwrap(BEN, bens)).isEqualTo(dataKey);
                assertThat(at.unwrap(BEN, at.wrap(BEN, dataKey))).isEqualTo(dataKey);
            }
        }

        @Test
        @DisplayName("tells what was destroyed, each once, and nothing else")
        void told() {
            assertThat(vault.destroyed()).isEmpty();
            List<DestructionReceipt> receipts = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                if (i % 3 != 0) {
                    vault.wrap(namespace(i), dataKey);
                }
                if (i % 2 == 0) {
                    receipts.add(vault.destroy(namespace(i)));
                    vault.destroy(namespace(i));
                }
            }

            for (KeyVault at : openedAndReopened()) {
                assertThat(at.destroyed()).containsExactlyInAnyOrderElementsOf(receipts);
            }
        }

        @Test
        @DisplayName("gives one receipt to callers at the same time")
        void together() throws Exception {
            KeyVault second = reopened(vault);
            for (int round = 0; round < ROUNDS; round++) {
                NsUid namespace = namespace(round);
                byte[] wrapped = vault.wrap(namespace, dataKey);
                List<Callable<DestructionReceipt>> tasks =
                        new ArrayList<>(Collections.nCopies(THREADS / 2, () -> vault.destroy(namespace)));
                tasks.addAll(Collections.nCopies(THREADS / 2, () -> second.destroy(namespace)));
                assertThat(Race.run(tasks)).containsOnly(vault.destroy(namespace));
                assertDestroyed(namespace, wrapped);
            }
        }

        @Test
        @DisplayName("stays final when others wrap at the same time: what they got cannot be unwrapped")
        void against() throws Exception {
            for (int round = 0; round < ROUNDS; round++) {
                NsUid namespace = namespace(round);
                List<Callable<Optional<byte[]>>> tasks = new ArrayList<>();
                tasks.add(() -> {
                    vault.destroy(namespace);
                    return Optional.empty();
                });
                tasks.addAll(Collections.nCopies(THREADS - 1, () -> wrapUnlessDestroyed(namespace)));
                for (Optional<byte[]> wrapped : Race.run(tasks)) {
                    assertDestroyed(namespace, wrapped.orElse(new byte[KEY]));
                }
            }
        }

        private Optional<byte[]> wrapUnlessDestroyed(NsUid namespace) {
            try {
                return Optional.of(vault.wrap(namespace, dataKey));
            } catch (KeyDestroyedException e) {
                return Optional.empty();
            }
        }
    }
}
