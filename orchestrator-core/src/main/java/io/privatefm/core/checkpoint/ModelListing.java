/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.checkpoint;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.privatefm.core.hash.ContentHash;
import io.privatefm.core.hash.TensorDigest;
import io.privatefm.core.json.CanonicalJson;
import io.privatefm.core.json.StrictJson;
import io.privatefm.spi.CodePointOrder;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.PfmException;
import io.privatefm.spi.Sha256;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;

/**
 * {@code pfm-tree.json}, written beside every model that this engine writes: the root of each tensor, and a hash of what the
 * content hash does not cover (other files whole, safetensors files up to their data). The roots prove themselves against
 * the content hash; by them a verification can name the tensor that is damaged.
 */
record ModelListing(Map<String, TensorDigest> tensors, Map<String, Sha256> files) {
    static final String FILE = "pfm-tree.json";

    static ModelListing of(Collection<TensorDigest> tensors, Map<String, Sha256> files) {
        Map<String, TensorDigest> byName = new TreeMap<>(CodePointOrder.COMPARATOR);
        tensors.forEach(digest -> byName.put(digest.info().name(), digest));
        return new ModelListing(byName, new TreeMap<>(files));
    }

    /** Content hash of a model with exactly these tensors. */
    Sha256 contentHash() {
        return ContentHash.ofModel(tensors.values());
    }

    byte[] write() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("format", ContentHash.ID).put("content_hash", contentHash().hex());
        ObjectNode roots = json.putObject("tensors");
        tensors.forEach((name, digest) -> roots.set(name, TensorJson.write(digest)));
        ObjectNode hashes = json.putObject("files");
        files.forEach((name, hash) -> hashes.put(name, hash.hex()));
        return CanonicalJson.bytes(json);
    }

    /**
     * Reads a listing.
     *
     * @throws InvalidInputException if it is malformed
     */
    static ModelListing read(byte[] bytes) {
        ObjectNode json = StrictJson.object(bytes, FILE, ErrorCode.MODEL_INVALID);
        Map<String, TensorDigest> tensors = new TreeMap<>(CodePointOrder.COMPARATOR);
        Map<String, Sha256> files = new TreeMap<>();
        try {
            json.path("tensors")
                    .properties()
                    .forEach(entry -> tensors.put(entry.getKey(), TensorJson.read(entry.getKey(), entry.getValue())));
            json.path("files")
                    .properties()
                    .forEach(entry -> files.put(
                            entry.getKey(), Sha256.parse(entry.getValue().asText())));
        } catch (PfmException | IllegalArgumentException e) {
            throw new InvalidInputException(ErrorCode.MODEL_INVALID, FILE, null, "malformed: " + e.getMessage());
        }
        return new ModelListing(tensors, files);
    }
}
