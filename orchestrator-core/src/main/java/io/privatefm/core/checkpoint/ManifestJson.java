/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.privatefm.core.hash.ContentHash;
import io.privatefm.core.hash.TensorDigest;
import io.privatefm.core.json.CanonicalJson;
import io.privatefm.core.json.StrictJson;
import io.privatefm.core.plan.MergePlanner;
import io.privatefm.spi.CodePointOrder;
import io.privatefm.spi.CorruptDataException;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.PfmException;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.Subject;
import io.privatefm.spi.checkpoint.Layout;
import io.privatefm.spi.merge.Rounding;
import io.privatefm.spi.merge.VariantPlan;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** The manifest's JSON form, {@code docs/format-v1.md}. Writing what was read gives the same bytes. */
final class ManifestJson {
    private static final String FORMAT = "pfm-checkpoint-1";

    private ManifestJson() {}

    static byte[] write(Manifest manifest) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("format", FORMAT)
                .put("hash", ContentHash.ID)
                .put("arithmetic", MergePlanner.ARITHMETIC)
                .put("ns_uid", manifest.namespace().value())
                .put("version", manifest.version())
                .put("parent", manifest.parent().map(Sha256::hex).orElse(null))
                .put("checkpoint_hash", manifest.checkpointHash().hex());
        json.putObject("foundation")
                .put("release", manifest.foundationRelease())
                .put("content_hash", manifest.foundationHash().hex());
        ObjectNode variants = json.putObject("variants");
        manifest.variants().forEach(entry -> variants.set(entry.name(), variant(entry)));
        return CanonicalJson.bytes(json);
    }

    private static ObjectNode variant(VariantEntry entry) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("content_hash", entry.contentHash().hex())
                .put("plan_hash", entry.plan().planHash().hex())
                .put("since", entry.since())
                .put("strategy", entry.plan().strategy())
                .put("rounding", entry.plan().rounding().name())
                .put("layout", entry.layout().name())
                .put("blob", entry.blob().hex())
                .put("blob_bytes", entry.blobBytes())
                .put("unties_embeddings", entry.untiesEmbeddings());
        ArrayNode adapters = json.putArray("adapters");
        for (VariantPlan.Input input : entry.plan().inputs()) {
            adapters.addObject()
                    .put("subject", input.subject().value())
                    .put("revision", input.revision())
                    .put("digest", input.digest().hex())
                    .put("weight", Float.toHexString(input.weight()));
        }
        ObjectNode tensors = json.putObject("tensors");
        entry.changed().forEach(digest -> tensors.set(digest.info().name(), TensorJson.write(digest)));
        return json;
    }

    /**
     * Reads a manifest.
     *
     * @throws CorruptDataException if it is not one that {@link #write} gives
     */
    static Manifest read(byte[] bytes, String blob) {
        try {
            ObjectNode json = StrictJson.object(bytes, blob, ErrorCode.CORRUPT_DATA);
            if (!json.path("format").asText().equals(FORMAT)) {
                throw new CorruptDataException(blob + " is not a manifest of format " + FORMAT);
            }
            List<VariantEntry> variants = new ArrayList<>();
            json.path("variants")
                    .properties()
                    .forEach(entry -> variants.add(readVariant(entry.getKey(), entry.getValue())));
            variants.sort(Comparator.comparing(VariantEntry::name, CodePointOrder.COMPARATOR));
            JsonNode parent = json.path("parent");
            Manifest manifest = new Manifest(
                    new NsUid(json.path("ns_uid").asText()),
                    json.path("version").asLong(),
                    parent.isNull() ? Optional.empty() : Optional.of(hash(parent)),
                    json.path("foundation").path("release").asText(),
                    hash(json.path("foundation").path("content_hash")),
                    variants);
            if (!Arrays.equals(write(manifest), bytes)) {
                throw new CorruptDataException("the manifest in " + blob + " is not what this version writes");
            }
            return manifest;
        } catch (CorruptDataException e) {
            throw e;
        } catch (PfmException | IllegalArgumentException e) {
            throw new CorruptDataException("the manifest in " + blob + " is damaged: " + e.getMessage(), e);
        }
    }

    private static VariantEntry readVariant(String name, JsonNode json) {
        List<VariantPlan.Input> inputs = new ArrayList<>();
        for (JsonNode input : json.path("adapters")) {
            inputs.add(new VariantPlan.Input(
                    Subject.of(input.path("subject").asText()),
                    input.path("revision").asInt(),
                    hash(input.path("digest")),
                    Float.parseFloat(input.path("weight").asText())));
        }
        VariantPlan plan = new VariantPlan(
                name,
                inputs,
                json.path("strategy").asText(),
                Rounding.valueOf(json.path("rounding").asText()),
                Layout.valueOf(json.path("layout").asText()),
                hash(json.path("plan_hash")));
        List<TensorDigest> changed = new ArrayList<>();
        json.path("tensors")
                .properties()
                .forEach(tensor -> changed.add(TensorJson.read(tensor.getKey(), tensor.getValue())));
        return new VariantEntry(
                plan,
                json.path("since").asLong(),
                hash(json.path("content_hash")),
                hash(json.path("blob")),
                json.path("blob_bytes").asLong(),
                json.path("unties_embeddings").asBoolean(),
                changed);
    }

    private static Sha256 hash(JsonNode json) {
        return Sha256.parse(json.asText());
    }
}
