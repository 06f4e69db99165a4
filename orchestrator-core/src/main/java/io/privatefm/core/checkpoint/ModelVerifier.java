/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.checkpoint;

import io.privatefm.core.hash.ContentHash;
import io.privatefm.core.hash.MerkleTree;
import io.privatefm.core.hash.SegmentSink;
import io.privatefm.core.hash.TensorDigest;
import io.privatefm.core.hash.TensorStream;
import io.privatefm.core.model.FormatLimits;
import io.privatefm.core.model.ModelDirectory;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.checkpoint.Verification;
import io.privatefm.spi.checkpoint.Verification.Damage;
import io.privatefm.spi.files.ModelFiles;
import io.privatefm.spi.files.RangedFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Holds a model directory against a content hash. Where {@value ModelListing#FILE} lies beside it and proves itself against
 * that hash, the damaged tensors are named, and damage outside the tensors' data is found too.
 */
public final class ModelVerifier {
    private static final int MAX_LISTING_BYTES = 256 << 20;
    private static final int MAX_FILE_BYTES = 256 << 20;

    private final TensorStream stream;

    public ModelVerifier(TensorStream stream) {
        this.stream = stream;
    }

    /** Content hash of a model directory. */
    public Sha256 contentHash(ModelFiles files) {
        return ContentHash.ofModel(digests(files).values());
    }

    /** Reads every byte of a model directory and compares it with what its hash says. */
    public Verification verify(ModelFiles files, Sha256 expected) {
        List<Damage> damages = new ArrayList<>();
        Optional<ModelListing> listing = listing(files, expected, damages);
        try {
            Map<String, TensorDigest> found = digests(files);
            Sha256 contentHash = ContentHash.ofModel(found.values());
            if (!contentHash.equals(expected)) {
                listing.ifPresentOrElse(
                        list -> compare(list.tensors(), found, damages),
                        () -> damages.add(
                                damage(null, "the content hash is " + contentHash + ", expected " + expected)));
            }
        } catch (InvalidInputException e) {
            damages.add(new Damage(
                    Optional.empty(),
                    Optional.ofNullable(e.tensor()),
                    "not a sound model any more: " + e.getMessage()));
        }
        listing.ifPresent(list -> list.files().forEach((name, hash) -> checkFile(files, name, hash, damages)));
        return damages.isEmpty() ? new Verification.Intact(expected) : new Verification.Damaged(damages);
    }

    /** Compares tensor digests; {@code expected} and {@code found} by name. */
    static void compare(Map<String, TensorDigest> expected, Map<String, TensorDigest> found, List<Damage> damages) {
        expected.forEach((name, digest) -> {
            TensorDigest other = found.get(name);
            if (other == null) {
                damages.add(damage(name, "is missing"));
            } else if (!other.info().equals(digest.info())) {
                damages.add(damage(name, "is " + describe(other) + ", expected " + describe(digest)));
            } else if (!other.root().equals(digest.root())) {
                damages.add(damage(name, "its bytes are damaged"));
            }
        });
        found.keySet().stream()
                .filter(name -> !expected.containsKey(name))
                .forEach(name -> damages.add(damage(name, "does not belong to this model")));
    }

    private Map<String, TensorDigest> digests(ModelFiles files) {
        try (ModelDirectory model = ModelDirectory.open(files, FormatLimits.FOUNDATION)) {
            Map<String, TensorDigest> digests = new TreeMap<>();
            stream.run(List.copyOf(model.tensors().values()), SegmentSink.NONE)
                    .forEach(digest -> digests.put(digest.info().name(), digest));
            return digests;
        }
    }

    /** The listing, if it is there and is the listing of the expected model. */
    private static Optional<ModelListing> listing(ModelFiles files, Sha256 expected, List<Damage> damages) {
        if (!files.names().contains(ModelListing.FILE)) {
            return Optional.empty();
        }
        try {
            byte[] bytes =
                    ModelDirectory.readWhole(files, ModelListing.FILE, MAX_LISTING_BYTES, ErrorCode.MODEL_INVALID);
            ModelListing listing = ModelListing.read(bytes);
            boolean own = listing.contentHash().equals(expected);
            if (!own || !Arrays.equals(listing.write(), bytes)) {
                damages.add(damage(null, ModelListing.FILE + " is damaged or belongs to another model"));
            }
            return own ? Optional.of(listing) : Optional.empty();
        } catch (InvalidInputException e) {
            damages.add(damage(null, ModelListing.FILE + " is damaged: " + e.getMessage()));
        }
        return Optional.empty();
    }

    /** Safetensors files are hashed up to their data, which the tensors' roots cover; other files whole. */
    private static void checkFile(ModelFiles files, String name, Sha256 expected, List<Damage> damages) {
        if (!files.names().contains(name)) {
            damages.add(damage(null, "file " + name + " is missing"));
            return;
        }
        try (RangedFile file = files.open(name)) {
            long bytes = name.endsWith(".safetensors") ? headerBytes(file) : file.size();
            if (bytes > file.size() || bytes > MAX_FILE_BYTES) {
                damages.add(damage(null, "file " + name + " is damaged"));
                return;
            }
            byte[] content = new byte[(int) bytes];
            file.read(0, ByteBuffer.wrap(content));
            if (!Sha256.of(MerkleTree.sha256().digest(content)).equals(expected)) {
                damages.add(damage(null, "file " + name + " is damaged"));
            }
        }
    }

    private static long headerBytes(RangedFile file) {
        if (file.size() < Long.BYTES) {
            return Long.MAX_VALUE;
        }
        ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        file.read(0, length);
        long header = length.getLong(0);
        return header < 0 || header > file.size() ? Long.MAX_VALUE : Long.BYTES + header;
    }

    private static String describe(TensorDigest digest) {
        return digest.info().dtype() + " " + digest.info().shape();
    }

    private static Damage damage(@Nullable String tensor, String reason) {
        return new Damage(Optional.empty(), Optional.ofNullable(tensor), reason);
    }
}
