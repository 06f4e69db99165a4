/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.modelstore.crash.CrashFileSystem;
import io.privatefm.modelstore.crash.Flaw;
import io.privatefm.modelstore.crash.PowerCut;
import io.privatefm.spi.KeyDestroyedException;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.UnknownFormatException;
import io.privatefm.spi.WrongKeyException;
import io.privatefm.spi.keys.DestructionReceipt;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Random calls on a vault, in processes that are killed or lose their power, one after the other; after each, what is
 * left is compared with what was acknowledged.
 */
final class VaultCrashScript {
    private static final int MAX_CALLS = 8;
    private static final int MAX_CHANGES = 80;

    private final SplittableRandom random;
    private final List<Space> spaces = new ArrayList<>();
    private final Set<String> forgotten = new HashSet<>();
    private CrashFileSystem disk;
    private RootKey root;
    private @Nullable RootKey next;
    private FileKeyVault vault;
    private Instant now = Instant.EPOCH;
    private Runnable last = () -> {};

    /** A data key, and what the vault gave for it. */
    private static final class Wrapped {
        final byte[] dataKey;
        final byte[] wrapped;

        Wrapped(byte[] dataKey, byte[] wrapped) {
            this.dataKey = dataKey;
            this.wrapped = wrapped;
        }
    }

    /** What was acknowledged of one namespace. */
    private static final class Space {
        final NsUid uid;
        final List<Wrapped> wrapped = new ArrayList<>();
        boolean mayBeDestroyed;
        boolean seenDestroyed;

        @Nullable
        DestructionReceipt receipt;

        Space(NsUid uid) {
            this.uid = uid;
        }
    }

    VaultCrashScript(long seed, Set<Flaw> flaws) {
        random = new SplittableRandom(seed);
        disk = CrashFileSystem.empty(flaws);
        root = rootKey();
        for (int i = 1; i <= 4; i++) {
            spaces.add(new Space(new NsUid(("" + i).repeat(32))));
        }
    }

    /**
     * Runs so many processes, and fails if one of them finds what cannot be.
     *
     * @return how many of them lost their power
     */
    int run(int processes) {
        int crashes = 0;
        for (int process = 0; process < processes; process++) {
            disk.cutAfter(random.nextInt(MAX_CHANGES));
            try {
                open();
                if (random.nextBoolean()) {
                    call(last); // again: it may have been cut off
                }
                for (int calls = random.nextInt(MAX_CALLS); calls > 0; calls--) {
                    call(any());
                }
            } catch (PowerCut e) {
                // in the middle of a call
            }
            boolean killed = random.nextInt(3) == 0;
            disk = killed ? disk.killed() : disk.crashed(random.nextLong());
            crashes += killed ? 0 : 1;
            open();
            spaces.forEach(space -> check(space, killed));
            checkReceipts();
            checkFiles();
        }
        return crashes;
    }

    private void open() {
        Path directory = disk.getPath("/data/vault");
        vault = next == null
                ? FileKeyVault.open(directory, () -> now, root)
                : FileKeyVault.open(directory, () -> now, root, next);
    }

    private void call(Runnable call) {
        now = now.plusSeconds(1);
        last = call;
        call.run();
    }

    private Runnable any() {
        Space space = spaces.get(random.nextInt(spaces.size()));
        return switch (random.nextInt(9)) {
            case 0 -> () -> destroy(space);
            case 1 -> this::rotate;
            default -> () -> wrap(space);
        };
    }

    private void wrap(Space space) {
        byte[] dataKey = bytes();
        if (space.receipt != null || space.seenDestroyed) {
            assertThatThrownBy(() -> vault.wrap(space.uid, dataKey))
                    .isInstanceOfAny(KeyDestroyedException.class, PowerCut.class);
            return;
        }
        try {
            space.wrapped.add(new Wrapped(dataKey, vault.wrap(space.uid, dataKey)));
        } catch (KeyDestroyedException e) {
            assertThat(space.mayBeDestroyed).isTrue();
        }
    }

    private void destroy(Space space) {
        space.mayBeDestroyed = true;
        DestructionReceipt receipt = vault.destroy(space.uid);
        if (space.receipt != null) {
            assertThat(receipt).isEqualTo(space.receipt);
        }
        if (!space.wrapped.isEmpty()) {
            assertThat(receipt.keyId()).matches("[0-9a-f]{32}");
        }
        space.receipt = receipt;
    }

    private void rotate() {
        if (next == null) {
            next = rootKey();
        }
        vault.rotateRoot(next);
        RootKey old = root;
        root = next;
        next = null;
        forgotten.add(old.id());
        checkFiles();
        assertThatThrownBy(() -> FileKeyVault.open(disk.getPath("/data/vault"), old))
                .isInstanceOfAny(WrongKeyException.class, PowerCut.class);
    }

    /** What was wrapped can be unwrapped, unless the key was destroyed, and then for good. */
    private void check(Space space, boolean killed) {
        boolean destroyed = isDestroyed(space);
        if (space.receipt != null || space.seenDestroyed) {
            assertThat(destroyed).as("a destroyed key is back").isTrue();
        } else if (destroyed) {
            assertThat(space.mayBeDestroyed).isTrue();
            space.seenDestroyed = !killed; // what was not forced may still be lost
        } else {
            space.mayBeDestroyed &= killed;
        }
        if (space.receipt != null) {
            assertThat(names(space.uid.value())).as("files of a destroyed key").isEmpty();
        }
    }

    private boolean isDestroyed(Space space) {
        int destroyed = 0;
        for (Wrapped each : space.wrapped) {
            try {
                assertThat(vault.unwrap(space.uid, each.wrapped)).isEqualTo(each.dataKey);
            } catch (KeyDestroyedException e) {
                destroyed++;
            }
        }
        assertThat(destroyed).isIn(0, space.wrapped.size());
        boolean told = vault.destroyed().stream()
                .anyMatch(receipt -> receipt.namespace().equals(space.uid));
        assertThat(space.wrapped.isEmpty() || told == destroyed > 0).isTrue();
        return told;
    }

    private void checkReceipts() {
        List<DestructionReceipt> told = vault.destroyed();
        for (Space space : spaces) {
            if (space.receipt != null) {
                assertThat(told).contains(space.receipt);
            }
        }
    }

    /** No key is left under a root key that may be forgotten. */
    private void checkFiles() {
        if (next != null) {
            return;
        }
        for (String name : names("")) {
            Path file = disk.getPath("/data/vault/keys/" + name);
            try {
                String rootId = KeyFile.parse(file, Files.readAllBytes(file)).rootId();
                assertThat(forgotten).doesNotContain(rootId);
                assertThat(rootId.equals(root.id()) || name.endsWith(".tmp")).isTrue();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (WrongKeyException | UnknownFormatException e) {
                assertThat(name).as("half a file").endsWith(".tmp");
            }
        }
    }

    private List<String> names(String prefix) {
        try (Stream<Path> files = Files.list(disk.getPath("/data/vault/keys"))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.startsWith(prefix))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private RootKey rootKey() {
        return RootKey.of(bytes());
    }

    private byte[] bytes() {
        byte[] bytes = new byte[32];
        random.nextBytes(bytes);
        return bytes;
    }
}
