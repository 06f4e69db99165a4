/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.KeyDestroyedException;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.OutcomeUnknownException;
import io.privatefm.spi.UnavailableException;
import io.privatefm.spi.UnknownFormatException;
import io.privatefm.spi.WrongKeyException;
import io.privatefm.spi.keys.DestructionReceipt;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A file vault")
class FileKeyVaultTest {
    private static final NsUid ANNA = new NsUid("0123456789abcdef0123456789abcdef");
    private static final NsUid BEN = new NsUid("fedcba9876543210fedcba9876543210");
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05.678Z");
    private static final RootKey OLD = root(1);
    private static final RootKey NEW = root(2);
    private static final byte[] DATA_KEY = filled(7);

    @TempDir
    Path dir;

    private Path folder;
    private FileKeyVault vault;
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @BeforeEach
    void open() throws IOException {
        folder = dir.toRealPath().resolve("a/vault");
        vault = open(OLD);
    }

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    private FileKeyVault open(RootKey root, RootKey... others) {
        return FileKeyVault.open(folder, () -> NOW.plusNanos(999_999), root, others);
    }

    private static RootKey root(int fill) {
        return RootKey.of(filled(fill));
    }

    private static byte[] filled(int fill) {
        byte[] bytes = new byte[32];
        Arrays.fill(bytes, (byte) fill);
        return bytes;
    }

    private Path keyFile(NsUid namespace) {
        return folder.resolve("keys").resolve(namespace.value());
    }

    private Path tombstone(NsUid namespace) {
        return folder.resolve("destroyed").resolve(namespace.value());
    }

    private static void assertWrongKey(Runnable call, String... parts) {
        assertThatThrownBy(call::run).isInstanceOf(WrongKeyException.class).hasMessageContainingAll(parts);
    }

    private void assertDestroyed(FileKeyVault at, NsUid namespace, byte[] wrapped) {
        assertThatThrownBy(() -> at.unwrap(namespace, wrapped)).isInstanceOf(KeyDestroyedException.class);
        assertThatThrownBy(() -> at.wrap(namespace, DATA_KEY)).isInstanceOf(KeyDestroyedException.class);
        assertThat(keyFile(namespace)).doesNotExist();
    }

    @Test
    @DisplayName("keeps each key in a file of its own, which only the owner may read; no temporary file stays")
    void files() throws IOException {
        vault.wrap(ANNA, DATA_KEY);
        vault.wrap(ANNA, DATA_KEY);
        vault.wrap(BEN, DATA_KEY);
        vault.destroy(BEN);

        assertThat(TestFiles.below(folder)).containsExactly("destroyed/" + BEN, "keys/" + ANNA, "lock", "root");
        assertThat(keyFile(ANNA)).hasSize(97);
        TestFiles.assumePosix(dir);
        for (String file : TestFiles.below(folder)) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve(file))))
                    .isEqualTo("rw-------");
        }
        for (String name : List.of("", "keys", "destroyed")) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve(name))))
                    .isEqualTo("rwx------");
        }
    }

    @Test
    @DisplayName("writes no key in the clear and shows none: not in files, messages or texts")
    void noSecrets() throws IOException {
        vault.wrap(ANNA, DATA_KEY);
        String secret = HexFormat.of().formatHex(filled(1));
        for (String file : TestFiles.below(folder)) {
            String content = HexFormat.of().formatHex(Files.readAllBytes(folder.resolve(file)));
            assertThat(content)
                    .doesNotContain(secret)
                    .doesNotContain(HexFormat.of().formatHex(DATA_KEY));
        }
        assertThat(Files.readString(folder.resolve("root"))).doesNotContain(secret);
        assertThat(vault).hasToString("vault " + folder + " with root keys [" + OLD.id() + "]");
    }

    @Test
    @DisplayName("keeps a receipt as the text of the tombstone, its time to the millisecond")
    void tombstoneText() {
        vault.wrap(ANNA, DATA_KEY);
        DestructionReceipt receipt = vault.destroy(ANNA);

        assertThat(receipt.destroyedAt()).isEqualTo(NOW);
        assertThat(receipt.keyId()).matches("[0-9a-f]{32}");
        assertThat(tombstone(ANNA))
                .hasContent("pfm-key-destroyed-1\nnamespace " + ANNA + "\nkey " + receipt.keyId()
                        + "\ntime 2026-01-02T03:04:05.678Z\n");
    }

    @Test
    @DisplayName("refuses another root key when it is opened, and says which one it goes by")
    void wrongRoot() {
        vault.wrap(ANNA, DATA_KEY);

        assertWrongKey(
                () -> open(NEW),
                folder.resolve("root").toString(),
                "goes by root key " + OLD.id() + ", and this process has " + NEW.id(),
                "start it with the root key that this vault was set up with");
        assertThat(open(NEW, OLD).unwrap(ANNA, open(OLD, NEW).wrap(ANNA, DATA_KEY)))
                .isEqualTo(DATA_KEY);
    }

    @Test
    @DisplayName("is not set up anew over keys whose root file is missing")
    void missingRoot() throws IOException {
        byte[] wrapped = vault.wrap(ANNA, DATA_KEY);
        byte[] rootFile = Files.readAllBytes(folder.resolve("root"));
        Files.delete(folder.resolve("root"));

        assertWrongKey(() -> open(OLD), "is missing, but there are keys", "restore it from a backup of this vault");
        assertThat(folder.resolve("root")).doesNotExist();
        assertThat(vault.unwrap(ANNA, wrapped)).isEqualTo(DATA_KEY);
        assertThatThrownBy(() -> vault.wrap(BEN, DATA_KEY)).isInstanceOf(UnavailableException.class);

        Files.write(folder.resolve("root"), rootFile);
        assertThat(open(OLD).unwrap(ANNA, wrapped)).isEqualTo(DATA_KEY);
    }

    @Test
    @DisplayName("refuses a root file of which any bit is flipped, or a part is missing")
    void damagedRoot() throws IOException {
        Path file = folder.resolve("root");
        byte[] good = Files.readAllBytes(file);
        RootKeys keys = RootKeys.of(OLD, NEW);
        for (int bit = 0; bit < good.length * 8; bit++) {
            Files.write(file, flipped(good, bit));
            assertThatThrownBy(() -> RootFile.read(file, keys))
                    .isInstanceOfAny(WrongKeyException.class, UnknownFormatException.class);
        }
        for (int length = 0; length < good.length; length++) {
            Files.write(file, Arrays.copyOf(good, length));
            assertThatThrownBy(() -> RootFile.read(file, keys)).isInstanceOf(WrongKeyException.class);
        }
        assertWrongKey(() -> open(OLD), "is damaged", "restore it from a backup of this vault");
        Files.writeString(file, "pfm-vault-12\nsomething new\n");
        assertThatThrownBy(() -> open(OLD)).isInstanceOf(UnknownFormatException.class);
        Files.write(file, good);
        open(OLD);
    }

    @Test
    @DisplayName("refuses a file or a link to one in place of its folder as a fault of the configuration")
    void notAFolder() {
        Path file = TestFiles.write(dir.resolve("file"), "f");

        assertThatThrownBy(() -> FileKeyVault.open(file, OLD))
                .isInstanceOfSatisfying(
                        InvalidInputException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFIGURATION));
    }

    @Test
    @DisplayName("refuses key files that were swapped, and one of another vault")
    void swapped() throws IOException {
        byte[] annas = vault.wrap(ANNA, DATA_KEY);
        byte[] bens = vault.wrap(BEN, DATA_KEY);
        byte[] annasFile = Files.readAllBytes(keyFile(ANNA));
        Files.copy(keyFile(BEN), keyFile(ANNA), StandardCopyOption.REPLACE_EXISTING);
        Files.write(keyFile(BEN), annasFile);

        for (byte[] wrapped : List.of(annas, bens)) {
            for (NsUid namespace : List.of(ANNA, BEN)) {
                assertWrongKey(
                        () -> vault.unwrap(namespace, wrapped),
                        keyFile(namespace).toString(),
                        "the key file of another namespace or vault; restore it from a backup of this vault");
            }
        }
        assertWrongKey(() -> vault.wrap(ANNA, DATA_KEY), keyFile(ANNA).toString());

        FileKeyVault other = FileKeyVault.open(dir.resolve("other"), NEW);
        other.wrap(ANNA, DATA_KEY);
        Files.copy(dir.resolve("other/keys/" + ANNA), keyFile(ANNA), StandardCopyOption.REPLACE_EXISTING);
        assertWrongKey(() -> vault.unwrap(ANNA, annas), "goes by root key " + NEW.id());

        FileKeyVault sameRoot = FileKeyVault.open(dir.resolve("same root"), OLD);
        sameRoot.wrap(ANNA, DATA_KEY);
        Files.copy(dir.resolve("same root/keys/" + ANNA), keyFile(ANNA), StandardCopyOption.REPLACE_EXISTING);
        assertWrongKey(() -> vault.unwrap(ANNA, annas), "put the vault in place that belongs to this database");
    }

    @Test
    @DisplayName("refuses a key file of which any bit is flipped, or that is shorter or longer")
    void damagedKey() throws IOException {
        byte[] wrapped = vault.wrap(ANNA, DATA_KEY);
        byte[] good = Files.readAllBytes(keyFile(ANNA));
        for (int bit = 0; bit < good.length * 8; bit++) {
            Files.write(keyFile(ANNA), flipped(good, bit));
            assertThatThrownBy(() -> vault.unwrap(ANNA, wrapped))
                    .isInstanceOfAny(WrongKeyException.class, UnknownFormatException.class);
            assertThatThrownBy(() -> vault.wrap(ANNA, DATA_KEY))
                    .isInstanceOfAny(WrongKeyException.class, UnknownFormatException.class);
        }
        for (int length : new int[] {0, 4, 5, 96, 98, 10_000}) {
            Files.write(keyFile(ANNA), Arrays.copyOf(good, length));
            assertThatThrownBy(() -> vault.unwrap(ANNA, wrapped)).isInstanceOf(WrongKeyException.class);
        }
        Files.write(keyFile(ANNA), good);
        assertThat(vault.unwrap(ANNA, wrapped)).isEqualTo(DATA_KEY);
    }

    private static byte[] flipped(byte[] bytes, int bit) {
        byte[] flipped = bytes.clone();
        flipped[bit / 8] ^= (byte) (1 << bit % 8);
        return flipped;
    }

    @Test
    @DisplayName("says so if a namespace has no key, which is how the vault of another installation shows")
    void noKey() {
        byte[] wrapped = vault.wrap(ANNA, DATA_KEY);

        assertWrongKey(
                () -> vault.unwrap(BEN, wrapped),
                "namespace " + BEN + " has no key in the vault at " + folder,
                "put the vault in place that belongs to this database");
        assertThat(keyFile(BEN)).doesNotExist();
    }

    @Test
    @DisplayName("destroys a key that is damaged, of an unknown root key or format, or was never made")
    void destroysAnything() throws IOException {
        byte[] wrapped = vault.wrap(ANNA, DATA_KEY);
        Files.write(keyFile(ANNA), new byte[] {1, 2, 3});
        assertThat(vault.destroy(ANNA)).isEqualTo(new DestructionReceipt(ANNA, "unknown", NOW));
        assertThat(vault.destroy(BEN)).isEqualTo(new DestructionReceipt(BEN, "none", NOW));

        assertDestroyed(vault, ANNA, wrapped);
        assertDestroyed(vault, BEN, wrapped);
        assertThat(vault.destroyed()).hasSize(2);
    }

    @Test
    @DisplayName("removes with a key what a killed process left of it, and what a restored backup brings back")
    void leftovers() throws IOException {
        byte[] wrapped = vault.wrap(ANNA, DATA_KEY);
        vault.wrap(BEN, DATA_KEY);
        byte[] backup = Files.readAllBytes(keyFile(ANNA));
        Files.copy(keyFile(ANNA), folder.resolve("keys/" + ANNA + "-left-over.tmp"));
        Files.copy(keyFile(BEN), folder.resolve("keys/" + BEN + "-left-over.tmp"));
        DestructionReceipt receipt = vault.destroy(ANNA);
        assertThat(TestFiles.below(folder.resolve("keys"))).containsExactly(BEN.toString(), BEN + "-left-over.tmp");

        Files.write(keyFile(ANNA), backup);
        assertThatThrownBy(() -> vault.unwrap(ANNA, wrapped)).isInstanceOf(KeyDestroyedException.class);
        assertThat(vault.destroy(ANNA)).isEqualTo(receipt);
        assertDestroyed(open(OLD), ANNA, wrapped);
    }

    @Test
    @DisplayName("notices at the next call that another process destroyed a key")
    void destroyedElsewhere() {
        byte[] wrapped = vault.wrap(ANNA, DATA_KEY);
        FileKeyVault other = open(OLD);
        assertThat(other.unwrap(ANNA, wrapped)).isEqualTo(DATA_KEY);

        DestructionReceipt receipt = vault.destroy(ANNA);

        assertDestroyed(other, ANNA, wrapped);
        assertThat(other.destroyed()).containsExactly(receipt);
        assertThat(other.destroy(ANNA)).isEqualTo(receipt);
    }

    @Test
    @DisplayName("goes by a damaged tombstone all the same, but does not pass it over when it tells what was destroyed")
    void damagedTombstone() throws IOException {
        byte[] wrapped = vault.wrap(ANNA, DATA_KEY);
        byte[] backup = Files.readAllBytes(keyFile(ANNA));
        vault.destroy(ANNA);
        String good = Files.readString(tombstone(ANNA));
        for (String text : List.of("", good + "\n", good.replace('0', '1'), good.replace("T03", "T33"))) {
            Files.write(keyFile(ANNA), backup);
            Files.writeString(tombstone(ANNA), text);

            assertThatThrownBy(vault::destroyed)
                    .isInstanceOf(UnavailableException.class)
                    .hasMessageStartingWith("cannot read " + tombstone(ANNA) + ": it is damaged; the key is destroyed");
            assertThatThrownBy(() -> vault.destroy(ANNA)).isInstanceOf(OutcomeUnknownException.class);
            assertDestroyed(vault, ANNA, wrapped);
        }
    }

    @Test
    @DisplayName("is unavailable, and takes no key for absent or destroyed, if a folder or its lock is gone")
    void notMounted() throws IOException {
        byte[] wrapped = vault.wrap(ANNA, DATA_KEY);
        for (String gone : List.of("keys", "destroyed")) {
            Path away = dir.resolve("away");
            Files.move(folder.resolve(gone), away);
            assertThatThrownBy(() -> vault.unwrap(ANNA, wrapped)).isInstanceOf(UnavailableException.class);
            assertThatThrownBy(() -> vault.wrap(ANNA, DATA_KEY)).isInstanceOf(UnavailableException.class);
            assertThatThrownBy(() -> vault.wrap(BEN, DATA_KEY)).isInstanceOf(UnavailableException.class);
            assertThatThrownBy(() -> vault.destroy(ANNA)).isInstanceOf(UnavailableException.class);
            assertThatThrownBy(() -> vault.rotateRoot(NEW)).isInstanceOf(UnavailableException.class);
            assertThat(folder.resolve(gone)).doesNotExist();
            Files.move(away, folder.resolve(gone));
        }
        Files.move(folder.resolve("destroyed"), dir.resolve("away"));
        assertThatThrownBy(vault::destroyed).isInstanceOf(UnavailableException.class);
        Files.move(dir.resolve("away"), folder.resolve("destroyed"));
        Files.delete(folder.resolve("lock"));
        assertThatThrownBy(() -> vault.destroy(ANNA)).isInstanceOf(UnavailableException.class);

        assertThat(vault.unwrap(ANNA, wrapped)).isEqualTo(DATA_KEY);
        assertThat(vault.destroyed()).isEmpty();
    }

    @Test
    @DisplayName("does not know what lasts if a destruction stops in the middle; called again, it ends it")
    void destructionStops() throws IOException {
        byte[] wrapped = vault.wrap(ANNA, DATA_KEY);
        byte[] backup = Files.readAllBytes(keyFile(ANNA));
        Files.delete(keyFile(ANNA));
        TestFiles.write(keyFile(ANNA).resolve("in the way"), "cannot be deleted as a file");

        assertThatThrownBy(() -> vault.destroy(ANNA))
                .isInstanceOf(OutcomeUnknownException.class)
                .hasMessageStartingWith("the key of namespace " + ANNA + " may be destroyed")
                .hasCauseInstanceOf(UnavailableException.class);
        assertThatThrownBy(() -> vault.unwrap(ANNA, wrapped)).isInstanceOf(KeyDestroyedException.class);

        Files.delete(keyFile(ANNA).resolve("in the way"));
        Files.delete(keyFile(ANNA));
        Files.write(keyFile(ANNA), backup);
        assertThat(vault.destroy(ANNA).destroyedAt()).isEqualTo(NOW);
        assertDestroyed(vault, ANNA, wrapped);
    }

    @Test
    @DisplayName("is unavailable to a thread that is interrupted, and all is well afterwards")
    void interrupted() {
        byte[] wrapped = vault.wrap(ANNA, DATA_KEY);
        for (Runnable call : List.<Runnable>of(
                () -> vault.wrap(BEN, DATA_KEY),
                () -> vault.unwrap(ANNA, wrapped),
                () -> vault.rotateRoot(NEW),
                () -> vault.destroy(ANNA))) {
            Thread.currentThread().interrupt();
            Throwable failure = catchThrowable(call::run);
            assertThat(Thread.interrupted()).isTrue();
            assertThat(failure).isInstanceOf(UnavailableException.class);
        }
        assertThat(vault.unwrap(ANNA, wrapped)).isEqualTo(DATA_KEY);
    }

    @Test
    @DisplayName("goes by the new root key after a rotation, and by nothing else")
    void rotation() throws IOException {
        FileKeyVault stale = open(OLD);
        FileKeyVault both = open(OLD, NEW);
        byte[] wrapped = vault.wrap(ANNA, DATA_KEY);
        Files.copy(keyFile(ANNA), folder.resolve("keys/" + BEN + "-left-over.tmp"));

        both.rotateRoot(NEW);

        for (FileKeyVault at : List.of(both, open(NEW), open(NEW, OLD))) {
            assertThat(at.unwrap(ANNA, wrapped)).isEqualTo(DATA_KEY);
            assertThat(at.unwrap(BEN, at.wrap(BEN, DATA_KEY))).isEqualTo(DATA_KEY);
        }
        assertThat(TestFiles.below(folder)).containsExactly("keys/" + ANNA, "keys/" + BEN, "lock", "root");
        assertWrongKey(() -> open(OLD), "goes by root key " + NEW.id());
        assertWrongKey(() -> stale.unwrap(ANNA, wrapped), "goes by root key " + NEW.id());
        assertWrongKey(() -> stale.wrap(new NsUid("0".repeat(32)), DATA_KEY), "goes by root key " + NEW.id());
        assertWrongKey(() -> stale.rotateRoot(OLD), "goes by root key " + NEW.id());

        open(NEW).rotateRoot(NEW);
        open(NEW).rotateRoot(root(3));
        assertThat(open(root(3)).unwrap(ANNA, wrapped)).isEqualTo(DATA_KEY);
    }

    @Test
    @DisplayName(
            "goes on while a rotation is unfinished, under the old root key as far as that goes, and ends it later")
    void unfinishedRotation() throws IOException {
        FileKeyVault stale = open(OLD);
        byte[] annas = vault.wrap(ANNA, DATA_KEY);
        byte[] bens = vault.wrap(BEN, DATA_KEY);
        byte[] annasFile = Files.readAllBytes(keyFile(ANNA));
        byte[] bensFile = Files.readAllBytes(keyFile(BEN));
        Files.write(keyFile(ANNA), new byte[97]);
        Files.write(keyFile(BEN), new byte[97]);

        FileKeyVault both = open(OLD, NEW);
        assertWrongKey(() -> both.rotateRoot(NEW), "restore it from a backup of this vault");
        Files.write(keyFile(ANNA), annasFile);
        Files.write(keyFile(BEN), bensFile);

        NsUid cleo = new NsUid("0".repeat(32));
        byte[] cleos = both.wrap(cleo, DATA_KEY);
        assertThat(open(OLD).unwrap(ANNA, annas)).isEqualTo(DATA_KEY);
        assertThat(stale.unwrap(BEN, bens)).isEqualTo(DATA_KEY);
        assertWrongKey(() -> stale.unwrap(cleo, cleos), "goes by root key " + NEW.id());
        assertWrongKey(() -> stale.wrap(new NsUid("1".repeat(32)), DATA_KEY), "goes by root key " + NEW.id());
        assertWrongKey(() -> open(NEW), "goes by root key " + OLD.id(), "while it is rotated with both");
        assertThatThrownBy(() -> both.rotateRoot(root(3)))
                .isInstanceOfSatisfying(
                        InvalidInputException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFIGURATION))
                .hasMessageContaining("to root key " + NEW.id() + " is not finished");

        open(OLD).rotateRoot(NEW);
        FileKeyVault after = open(NEW);
        assertThat(after.unwrap(ANNA, annas)).isEqualTo(DATA_KEY);
        assertThat(after.unwrap(BEN, bens)).isEqualTo(DATA_KEY);
        assertThat(after.unwrap(cleo, cleos)).isEqualTo(DATA_KEY);
    }

    @Test
    @DisplayName("serves readers, writers and destroyers of other threads and instances all through rotations")
    void rotationUnderLoad() throws Exception {
        Map<NsUid, byte[]> wrapped = new TreeMap<>();
        for (int i = 0; i < 20; i++) {
            NsUid namespace = new NsUid("%032x".formatted(i));
            wrapped.put(namespace, vault.wrap(namespace, DATA_KEY));
        }
        int rotations = 5;
        List<RootKey> roots = new ArrayList<>();
        for (int i = 1; i <= rotations + 1; i++) {
            roots.add(root(i));
        }
        FileKeyVault reader = open(OLD, roots.toArray(RootKey[]::new));
        AtomicBoolean rotating = new AtomicBoolean(true);
        AtomicLong reads = new AtomicLong();
        List<Future<Boolean>> others = new ArrayList<>();
        for (int thread = 0; thread < 2; thread++) {
            others.add(threads.submit(() -> {
                while (rotating.get()) {
                    for (Map.Entry<NsUid, byte[]> each : wrapped.entrySet()) {
                        assertThat(reader.unwrap(each.getKey(), each.getValue()))
                                .isEqualTo(DATA_KEY);
                        reads.incrementAndGet();
                    }
                }
                return true;
            }));
        }
        Map<NsUid, byte[]> later = new TreeMap<>();
        List<NsUid> gone = new ArrayList<>();
        others.add(threads.submit(() -> {
            for (int i = 100; rotating.get(); i++) {
                NsUid namespace = new NsUid("%032x".formatted(i));
                byte[] made = reader.wrap(namespace, DATA_KEY);
                if (i % 2 == 0) {
                    later.put(namespace, made);
                } else {
                    reader.destroy(namespace);
                    gone.add(namespace);
                }
            }
            return true;
        }));
        FileKeyVault rotator = open(OLD);
        for (RootKey root : roots) {
            rotator.rotateRoot(root);
        }
        rotating.set(false);
        for (Future<Boolean> other : others) {
            assertThat(other.get(60, TimeUnit.SECONDS)).isTrue();
        }

        assertThat(reads).hasPositiveValue();
        FileKeyVault after = open(roots.get(rotations));
        wrapped.putAll(later);
        wrapped.forEach(
                (namespace, key) -> assertThat(after.unwrap(namespace, key)).isEqualTo(DATA_KEY));
        assertThat(after.destroyed().stream().map(DestructionReceipt::namespace))
                .containsExactlyInAnyOrderElementsOf(gone);
        assertThat(TestFiles.below(folder.resolve("keys")))
                .containsExactlyElementsOf(
                        wrapped.keySet().stream().map(NsUid::value).toList());
    }

    @Test
    @DisplayName("leaves no key behind when one instance wraps and another destroys at the same time")
    void wrapAgainstDestroy() throws Exception {
        FileKeyVault other = open(OLD);
        CyclicBarrier together = new CyclicBarrier(2);
        for (int round = 0; round < 100; round++) {
            NsUid namespace = new NsUid("%032x".formatted(round));
            Future<byte[]> wrapping = threads.submit(() -> {
                together.await(30, TimeUnit.SECONDS);
                try {
                    return vault.wrap(namespace, DATA_KEY);
                } catch (KeyDestroyedException e) {
                    return new byte[0];
                }
            });
            together.await(30, TimeUnit.SECONDS);
            DestructionReceipt receipt = other.destroy(namespace);
            byte[] wrapped = wrapping.get(60, TimeUnit.SECONDS);

            assertDestroyed(vault, namespace, wrapped);
            if (wrapped.length > 0) {
                assertThat(receipt.keyId()).matches("[0-9a-f]{32}");
            }
        }
        assertThat(TestFiles.below(folder.resolve("keys"))).isEmpty();
    }

    @Test
    @DisplayName("gives one key to two processes that need a new namespace's at the same time")
    void processes() throws Exception {
        Process child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xshare:auto",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Child.class.getName(),
                        folder.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (var lines = child.inputReader(StandardCharsets.US_ASCII)) {
            assertThat(lines.readLine()).isEqualTo("ready");
            List<byte[]> mine = Child.wrapAll(vault);
            for (int i = 0; i < Child.NAMESPACES; i++) {
                byte[] theirs = HexFormat.of().parseHex(lines.readLine());
                assertThat(vault.unwrap(Child.namespace(i), theirs)).isEqualTo(DATA_KEY);
                assertThat(vault.unwrap(Child.namespace(i), mine.get(i))).isEqualTo(DATA_KEY);
            }
            assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(child.exitValue()).isZero();
        } finally {
            child.destroyForcibly();
        }
    }

    /** Another process that makes the same keys. */
    static final class Child {
        static final int NAMESPACES = 100;

        private Child() {}

        static NsUid namespace(int number) {
            return new NsUid("%032x".formatted(number));
        }

        static List<byte[]> wrapAll(FileKeyVault vault) {
            List<byte[]> wrapped = new ArrayList<>();
            for (int i = 0; i < NAMESPACES; i++) {
                wrapped.add(vault.wrap(namespace(i), DATA_KEY));
            }
            return wrapped;
        }

        public static void main(String[] args) {
            FileKeyVault vault = FileKeyVault.open(Path.of(args[0]), OLD);
            System.out.println("ready");
            wrapAll(vault).forEach(wrapped -> System.out.println(HexFormat.of().formatHex(wrapped)));
        }
    }
}
