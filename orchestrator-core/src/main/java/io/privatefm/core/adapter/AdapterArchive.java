/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.adapter;

import io.privatefm.core.hash.MerkleTree;
import io.privatefm.core.seal.SealContext;
import io.privatefm.core.seal.SealedBlobs;
import io.privatefm.spi.CorruptDataException;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.Subject;
import io.privatefm.spi.adapter.AdapterLimits;
import io.privatefm.spi.files.ModelFiles;
import io.privatefm.spi.files.RangedFile;
import io.privatefm.spi.store.AdapterRow;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.List;

/**
 * A namespace's own copies of its adapters, as blobs. Files are copied first and parsed from the copy, so nobody can change
 * them between the check and the use.
 */
public final class AdapterArchive {
    private static final int CHUNK_BYTES = 1 << 20;

    private final SealedBlobs blobs;
    private final AdapterLimits limits;

    public AdapterArchive(SealedBlobs blobs, AdapterLimits limits) {
        this.blobs = blobs;
        this.limits = limits;
    }

    /** Names of the two blobs of a kept adapter. */
    public record Kept(Sha256 configBlob, Sha256 weightsBlob) {}

    /**
     * What was copied.
     *
     * @param config SHA-256 of the configuration's bytes as they were copied
     * @param weights SHA-256 of the weights' bytes as they were copied
     */
    public record Copied(Kept kept, Sha256 config, Sha256 weights) {}

    /** A file's copy, and the SHA-256 of what was copied. */
    private record Copy(Sha256 blob, Sha256 content) {}

    /**
     * Copies an adapter's two files into blobs; they are orphans until a row refers to them.
     *
     * @throws io.privatefm.spi.InvalidInputException if one is missing or too long
     */
    public Copied keep(NsUid owner, Subject subject, ModelFiles files) {
        Adapter.requireFiles(files);
        Copy config = copy(config(owner, subject), files, Adapter.CONFIG_FILE);
        Copy weights = copy(weights(owner, subject), files, Adapter.WEIGHTS_FILE);
        return new Copied(new Kept(config.blob(), weights.blob()), config.content(), weights.content());
    }

    /** Opens the copies of an adapter that is being registered, to be closed by the caller. */
    public Adapter open(NsUid owner, Subject subject, Kept kept) {
        blobs.checkStored(owner, kept.configBlob());
        blobs.checkStored(owner, kept.weightsBlob());
        try (ModelFiles files = new KeptFiles(owner, subject, kept)) {
            return Adapter.open(files, limits);
        }
    }

    /**
     * Opens a registered revision, to be closed by the caller.
     *
     * @throws CorruptDataException if its blobs are missing, damaged or of another adapter
     */
    public Adapter open(AdapterRow row) {
        Adapter adapter = open(row.nsUid(), row.subject(), new Kept(row.configBlob(), row.weightsBlob()));
        if (!adapter.digest().equals(row.digest())) {
            adapter.close();
            throw new CorruptDataException("the stored adapter for " + row.subject() + ", revision " + row.revision()
                    + ", has digest " + adapter.digest() + " instead of " + row.digest());
        }
        return adapter;
    }

    private static SealContext config(NsUid owner, Subject subject) {
        return new SealContext(owner, SealContext.Role.ADAPTER_CONFIG, 0, subject.value());
    }

    private static SealContext weights(NsUid owner, Subject subject) {
        return new SealContext(owner, SealContext.Role.ADAPTER_WEIGHTS, 0, subject.value());
    }

    private Copy copy(SealContext context, ModelFiles files, String name) {
        try (RangedFile file = Adapter.openFile(files, name, limits)) {
            long size = file.size();
            MessageDigest content = MerkleTree.sha256();
            Sha256 blob = blobs.write(context, size, sink -> {
                        byte[] chunk = new byte[(int) Math.min(CHUNK_BYTES, size)];
                        for (long at = 0; at < size; at += chunk.length) {
                            int length = (int) Math.min(chunk.length, size - at);
                            file.read(at, ByteBuffer.wrap(chunk, 0, length));
                            content.update(
                                    chunk, 0, length); // of the bytes that the copy is made of: a file may change
                            sink.write(chunk, length);
                        }
                    })
                    .name();
            return new Copy(blob, Sha256.of(content.digest()));
        }
    }

    /** The two blobs under their file names. */
    private final class KeptFiles implements ModelFiles {
        private final NsUid owner;
        private final Subject subject;
        private final Kept kept;

        KeptFiles(NsUid owner, Subject subject, Kept kept) {
            this.owner = owner;
            this.subject = subject;
            this.kept = kept;
        }

        @Override
        public String location() {
            return "namespace " + owner;
        }

        @Override
        public List<String> names() {
            return List.of(Adapter.CONFIG_FILE, Adapter.WEIGHTS_FILE);
        }

        @Override
        public RangedFile open(String name) {
            return name.equals(Adapter.CONFIG_FILE)
                    ? blobs.open(config(owner, subject), kept.configBlob())
                    : blobs.open(weights(owner, subject), kept.weightsBlob());
        }

        @Override
        public void close() {
            // nothing is held open between files
        }
    }
}
