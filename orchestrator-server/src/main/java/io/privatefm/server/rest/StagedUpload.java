/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.files.ModelFiles;
import io.privatefm.spi.files.RangedFile;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;
import javax.crypto.spec.SecretKeySpec;

/** The files of one upload, until it is closed: on the disk, encrypted under a key that is drawn for it and kept in memory alone. */
final class StagedUpload implements ModelFiles {
    private static final int KEY_BYTES = 32;

    private final Path folder;
    private final SecretKeySpec key;
    private final Runnable whenClosed;
    private final TreeMap<String, EphemeralFile> files = new TreeMap<>();
    private boolean closed;

    StagedUpload(Path folder, SecureRandom random, Runnable whenClosed) {
        this.folder = folder;
        this.whenClosed = whenClosed;
        byte[] drawn = new byte[KEY_BYTES];
        random.nextBytes(drawn);
        key = new SecretKeySpec(drawn, "AES");
    }

    /** Begins a file, to be written before anything is read. */
    EphemeralFile begin(String name) {
        Path path = folder.resolve(UUID.randomUUID() + Staging.SUFFIX);
        EphemeralFile file = new EphemeralFile(path, key, files.size());
        files.put(name, file);
        return file;
    }

    @Override
    public String location() {
        return "the upload";
    }

    @Override
    public List<String> names() {
        return List.copyOf(files.keySet());
    }

    @Override
    public RangedFile open(String name) {
        EphemeralFile file = files.get(name);
        if (file == null) {
            throw new InvalidInputException(ErrorCode.ADAPTER_INVALID, name, null, "it is not in the upload");
        }
        return file.reading();
    }

    /** Deletes them. Idempotent. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            files.values().forEach(EphemeralFile::close);
        } finally {
            whenClosed.run();
        }
    }
}
