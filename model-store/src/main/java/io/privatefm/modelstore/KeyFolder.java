/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore;

import io.privatefm.spi.NsUid;
import io.privatefm.spi.UnknownFormatException;
import io.privatefm.spi.WrongKeyException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The namespaces' keys, {@code keys/<namespace uid>}. Whoever changes something holds the vault's lock; so what is
 * {@code .tmp} then was left behind.
 */
record KeyFolder(Path folder) {
    /** What the receipt of a namespace that had no key says. */
    static final String NO_KEY = "none";

    /** What the receipt says if the key file is damaged. */
    static final String UNKNOWN_KEY = "unknown";

    private static final Pattern NAME = Pattern.compile("[0-9a-f]{32}");

    Path file(NsUid namespace) {
        return folder.resolve(namespace.value());
    }

    /**
     * A namespace's key file; what is absent is known to be absent.
     *
     * @throws WrongKeyException if it is damaged
     * @throws UnknownFormatException if a later version wrote it
     */
    Optional<KeyFile> find(NsUid namespace) throws IOException {
        DurableFolder.requireFolder(folder); // a disk that is not mounted holds nothing, and that says nothing
        Path file = file(namespace);
        try (LocalFile found = LocalFile.open(file)) {
            ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(found.size(), KeyFile.LENGTH + 1L));
            if (!Files.isDirectory(file)) {
                found.read(0, bytes);
            }
            return Optional.of(KeyFile.parse(file, bytes.array()));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /** What a receipt calls a namespace's key; it need not be readable to be destroyed. */
    String keyId(NsUid namespace) throws IOException {
        try {
            return find(namespace).map(KeyFile::keyId).orElse(NO_KEY);
        } catch (WrongKeyException | UnknownFormatException e) {
            return UNKNOWN_KEY;
        }
    }

    /** Adds a key file, unless there is one. */
    void add(NsUid namespace, KeyFile key) throws IOException {
        try (StagedFile staged = StagedFile.of(file(namespace), key.bytes())) {
            staged.link(file(namespace));
        }
    }

    void replace(NsUid namespace, KeyFile key) throws IOException {
        try (StagedFile staged = StagedFile.of(file(namespace), key.bytes())) {
            staged.replace(file(namespace));
        }
    }

    /** Removes a namespace's key under each of its names; that lasts when this returns. */
    void erase(NsUid namespace) throws IOException {
        Directories.forEach(folder, file -> {
            if (StagedFile.isOf(namespace.value(), file)) {
                Files.deleteIfExists(file);
            }
        });
        Files.deleteIfExists(file(namespace));
        force();
    }

    /** Removes what killed processes left behind. */
    void clean() throws IOException {
        Directories.forEach(folder, file -> {
            if (StagedFile.isOne(file)) {
                Files.deleteIfExists(file);
            }
        });
    }

    /** The namespaces that have a key. */
    List<NsUid> namespaces() {
        return namespaces(folder);
    }

    /** The namespaces that files in a folder are named after. */
    static List<NsUid> namespaces(Path folder) {
        List<NsUid> found = new ArrayList<>();
        Directories.forEach(folder, file -> {
            String name = String.valueOf(file.getFileName());
            if (NAME.matcher(name).matches()) {
                found.add(new NsUid(name));
            }
        });
        return found;
    }

    void force() throws IOException {
        try (DurableFolder entries = DurableFolder.open(folder)) {
            entries.force();
        }
    }
}
