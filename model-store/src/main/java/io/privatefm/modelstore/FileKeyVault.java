/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore;

import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.OutcomeUnknownException;
import io.privatefm.spi.UnavailableException;
import io.privatefm.spi.WrongKeyException;
import io.privatefm.spi.keys.DestructionReceipt;
import io.privatefm.spi.keys.KeyVault;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Namespace keys in one local directory, each wrapped under a root key that is kept elsewhere. The directory must be on
 * one file system that knows hard links and locks, and on another disk, or at least in other backups, than the database:
 *
 * <pre>
 * root                         which root key the vault goes by
 * keys/&lt;namespace uid&gt;         a namespace's key, wrapped
 * destroyed/&lt;namespace uid&gt;    its tombstone: key id and time
 * lock                         what a process locks that changes something
 * </pre>
 *
 * A key is on the disk before {@link #wrap} returns. A tombstone is on the disk before a key is removed, and a namespace
 * that has one never gets a key again. Nothing is overwritten in place: what a disk keeps of a removed file is worth
 * nothing without the root key, and backups of {@code keys} are to be kept for days, not for ever. A restored backup
 * holds keys that were destroyed since: restore {@code keys} alone, never {@code destroyed}, and call {@link #destroy}
 * for each of {@link #destroyed()} again. On POSIX systems folders are 0700, files 0600.
 *
 * <p><b>To rotate the root key</b>: start every process with the old root key and the new one, call {@link #rotateRoot}
 * in one of them, once, and when that has returned start every process with the new one alone and forget the old one.
 * Data keys are not touched, and all goes on meanwhile. If it is cut off, call it again. A process that has the old key
 * alone reads what was not rewrapped yet, and is refused everything else with {@link WrongKeyException}.
 *
 * <p>No key is kept in the clear between calls but the root keys; each call looks for a tombstone before and after.
 * Several processes may use one directory. Safe for use by several threads at once; a thread that is interrupted inside
 * gets an {@link UnavailableException} (from {@link #destroy}, perhaps an {@link OutcomeUnknownException}).
 */
public final class FileKeyVault implements KeyVault {
    private final Path directory;
    private final Path rootFile;
    private final VaultLock lock;
    private final KeyFolder keys;
    private final Tombstones tombstones;
    private final InstantSource clock;
    private final SecureRandom random = new SecureRandom();
    private volatile RootKeys roots;

    private FileKeyVault(Path directory, RootKeys roots, InstantSource clock) {
        this.directory = directory;
        this.rootFile = directory.resolve("root");
        this.lock = new VaultLock(directory.resolve("lock"));
        this.keys = new KeyFolder(directory.resolve("keys"));
        this.tombstones = new Tombstones(directory.resolve("destroyed"));
        this.clock = clock;
        this.roots = roots;
    }

    /**
     * The vault in {@code directory}, which is set up if nothing is there.
     *
     * @param root the root key; a new vault goes by it
     * @param others root keys that it may also find in use, while it is rotated
     * @throws WrongKeyException if the vault goes by a root key that is not among these, or its file {@code root} is
     *     damaged, or missing although there are keys
     * @throws io.privatefm.spi.UnknownFormatException if a later version set it up
     * @throws InvalidInputException ({@link ErrorCode#CONFIGURATION}) if something else is in place of a folder
     * @throws UnavailableException if it cannot be read or created
     */
    public static FileKeyVault open(Path directory, RootKey root, RootKey... others) {
        return open(directory, InstantSource.system(), root, others);
    }

    static FileKeyVault open(Path directory, InstantSource clock, RootKey root, RootKey... others) {
        Path real = Directories.create(directory, "keys", "destroyed");
        FileKeyVault vault = new FileKeyVault(real, RootKeys.of(root, others), clock);
        try {
            vault.lock.create();
            if (RootFile.read(vault.rootFile, vault.roots).isEmpty()) {
                vault.lock.run(() -> vault.setUp(root));
            }
            vault.forceDirectory(); // also for a root file that was there: who linked it may not have come that far
        } catch (IOException e) {
            throw Failures.unavailable("open", real, e);
        }
        return vault;
    }

    /**
     * {@inheritDoc}
     *
     * @throws WrongKeyException if the vault's keys are wrapped under a root key that this process has not got
     */
    @Override
    public byte[] wrap(NsUid namespace, byte[] dataKey) {
        if (dataKey.length != KeyWrap.KEY) {
            throw new IllegalArgumentException("a data key has " + KeyWrap.KEY + " bytes, not " + dataKey.length);
        }
        try (NamespaceKey key = open(namespace, findOrMake(namespace))) {
            byte[] wrapped = key.wrap(dataKey, random);
            keys.force(); // also for a key that was there: who made it may not have come that far
            tombstones.requireNone(namespace);
            return wrapped;
        } catch (IOException e) {
            throw Failures.unavailable("use", keys.file(namespace), e);
        }
    }

    /**
     * {@inheritDoc}
     *
     * @throws io.privatefm.spi.UnknownFormatException if a later version wrote the namespace's key
     */
    @Override
    public byte[] unwrap(NsUid namespace, byte[] wrapped) {
        try (NamespaceKey key = open(namespace, find(namespace))) {
            byte[] dataKey = key.unwrap(wrapped);
            boolean kept = false;
            try {
                tombstones.requireNone(namespace);
                kept = true;
                return dataKey;
            } finally {
                if (!kept) {
                    Arrays.fill(dataKey, (byte) 0);
                }
            }
        } catch (IOException e) {
            throw Failures.unavailable("use", keys.file(namespace), e);
        }
    }

    /**
     * {@inheritDoc} The time is this machine's. The receipt of a namespace without a key names the key {@code none}, that
     * of a damaged one {@code unknown}. Needs no root key.
     */
    @Override
    public DestructionReceipt destroy(NsUid namespace) {
        try {
            return lock.call(() -> {
                if (tombstones.has(namespace)) {
                    return bury(namespace, null);
                }
                try (StagedFile tombstone = tombstones.stage(receipt(namespace))) {
                    return bury(namespace, tombstone);
                }
            });
        } catch (IOException e) {
            throw Failures.unavailable("destroy", keys.file(namespace), e);
        }
    }

    @Override
    public List<DestructionReceipt> destroyed() {
        List<DestructionReceipt> receipts = new ArrayList<>();
        for (NsUid namespace : tombstones.namespaces()) {
            try {
                receipts.add(tombstones.read(namespace));
            } catch (IOException e) {
                throw Failures.unavailable("read", tombstones.file(namespace), e);
            }
        }
        return List.copyOf(receipts);
    }

    /**
     * Rewraps every namespace key under another root key, which the vault goes by when this returns; the procedure is
     * above. Resumes what a call before it left undone.
     *
     * @throws WrongKeyException if a namespace key is damaged, or wrapped under a root key that this process has not got
     * @throws io.privatefm.spi.UnknownFormatException if a later version wrote a namespace's key
     * @throws InvalidInputException ({@link ErrorCode#CONFIGURATION}) if a rotation to yet another root key is unfinished
     * @throws UnavailableException if it is not finished; call again
     */
    public void rotateRoot(RootKey newRoot) {
        try {
            for (NsUid namespace : lock.call(() -> beginRotation(newRoot))) {
                lock.run(() -> rewrap(namespace, newRoot));
            }
            lock.run(() -> endRotation(newRoot));
        } catch (IOException e) {
            throw Failures.unavailable("rotate the root key of", directory, e);
        }
    }

    @Override
    public String toString() {
        return "vault " + Failures.shown(directory) + " with root keys " + roots;
    }

    private void setUp(RootKey root) throws IOException {
        if (RootFile.read(rootFile, roots).isPresent()) {
            return; // another process was faster
        }
        if (!keys.namespaces().isEmpty()) {
            throw new WrongKeyException(Failures.shown(rootFile) + ": is missing, but there are keys in "
                    + Failures.shown(keys.folder()) + "; restore it from a backup of this vault");
        }
        try (StagedFile staged = StagedFile.of(rootFile, new RootFile(root.id(), null).content(root))) {
            staged.link(rootFile);
        }
    }

    private KeyFile find(NsUid namespace) throws IOException {
        tombstones.requireNone(namespace);
        Optional<KeyFile> found = keys.find(namespace);
        if (found.isEmpty()) {
            tombstones.requireNone(namespace); // it was destroyed just now
            throw new WrongKeyException("namespace " + namespace + " has no key in the vault at "
                    + Failures.shown(directory) + ": put the vault in place that belongs to this database");
        }
        return found.get();
    }

    private KeyFile findOrMake(NsUid namespace) throws IOException {
        tombstones.requireNone(namespace);
        if (keys.find(namespace).isEmpty()) {
            lock.run(() -> make(namespace));
        }
        return find(namespace);
    }

    private void make(NsUid namespace) throws IOException {
        tombstones.requireNone(namespace);
        String rootId = readRoot().writing();
        forceDirectory(); // a rotation that has begun must not be forgotten when a key is under its root key
        try (NamespaceKey key = NamespaceKey.random(namespace, random)) {
            keys.add(namespace, key.under(roots.require(rootId, rootFile), random));
        }
    }

    private NamespaceKey open(NsUid namespace, KeyFile found) {
        Path file = keys.file(namespace);
        return found.open(namespace, roots.require(found.rootId(), file), file);
    }

    private DestructionReceipt receipt(NsUid namespace) throws IOException {
        return new DestructionReceipt(
                namespace, keys.keyId(namespace), clock.instant().truncatedTo(ChronoUnit.MILLIS));
    }

    /** From here on nobody knows what lasts, unless all of it is done. */
    private DestructionReceipt bury(NsUid namespace, @Nullable StagedFile tombstone) {
        try {
            if (tombstone != null) {
                tombstone.link(tombstones.file(namespace));
            }
            tombstones.force();
            keys.erase(namespace);
            return tombstones.read(namespace);
        } catch (IOException e) {
            throw unknown(namespace, Failures.unavailable("destroy", keys.file(namespace), e));
        } catch (UnavailableException e) {
            throw unknown(namespace, e);
        }
    }

    private static OutcomeUnknownException unknown(NsUid namespace, UnavailableException cause) {
        return new OutcomeUnknownException(
                "the key of namespace " + namespace + " may be destroyed, and may not for good; call again: "
                        + cause.getMessage(),
                cause);
    }

    /** Lets new keys be wrapped under the new root key; gives the namespaces whose keys may not be. */
    private List<NsUid> beginRotation(RootKey newRoot) throws IOException {
        RootFile root = readRoot();
        if (!root.writing().equals(newRoot.id())) {
            if (root.next() != null) {
                throw new InvalidInputException(
                        ErrorCode.CONFIGURATION,
                        "the rotation of " + Failures.shown(directory) + " to root key " + root.next()
                                + " is not finished; finish it, and then rotate to root key " + newRoot.id());
            }
            writeRoot(new RootFile(root.current(), newRoot.id()));
        }
        forceDirectory();
        roots = roots.with(newRoot); // nobody else changes it: the lock is held
        return keys.namespaces();
    }

    private void rewrap(NsUid namespace, RootKey newRoot) throws IOException {
        if (tombstones.has(namespace)) {
            tombstones.force();
            keys.erase(namespace); // else whoever has the old root key could read it
            return;
        }
        Optional<KeyFile> found = keys.find(namespace);
        if (found.isPresent() && !found.get().rootId().equals(newRoot.id())) {
            try (NamespaceKey key = open(namespace, found.get())) {
                keys.replace(namespace, key.under(newRoot, random));
            }
        }
    }

    private void endRotation(RootKey newRoot) throws IOException {
        keys.clean();
        keys.force(); // before the old root key may be forgotten
        RootFile root = readRoot();
        if (newRoot.id().equals(root.next())) {
            writeRoot(new RootFile(newRoot.id(), null));
        }
        forceDirectory();
    }

    private RootFile readRoot() throws IOException {
        return RootFile.read(rootFile, roots).orElseThrow(() -> new NoSuchFileException(rootFile.toString()));
    }

    private void writeRoot(RootFile root) throws IOException {
        byte[] content = root.content(roots.require(root.current(), rootFile));
        try (StagedFile staged = StagedFile.of(rootFile, content)) {
            staged.replace(rootFile);
        }
    }

    private void forceDirectory() throws IOException {
        try (DurableFolder entries = DurableFolder.open(directory)) {
            entries.force();
        }
    }
}
