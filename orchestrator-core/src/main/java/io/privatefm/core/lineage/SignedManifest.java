/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.lineage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.privatefm.core.json.CanonicalJson;
import io.privatefm.core.json.StrictJson;
import io.privatefm.core.note.SignedNote;
import io.privatefm.core.note.VerifierKey;
import io.privatefm.spi.CorruptDataException;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.foundation.FoundationManifest;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A foundation release's manifest as a signed note over one line of canonical JSON, {@code docs/format-v1.md}. */
public final class SignedManifest {
    private static final String WHAT = "foundation manifest";
    private static final String FORMAT = "pfm-foundation-1";
    private static final String CLASS = "GLOBAL";

    private SignedManifest() {}

    /** Signs a manifest. */
    public static String sign(FoundationManifest manifest, String publisher, KeyPair key) {
        return SignedNote.sign(text(manifest), publisher, key);
    }

    /**
     * Reads a manifest.
     *
     * @param publisher who must have signed it
     * @throws CorruptDataException if it is not signed with that key
     * @throws InvalidInputException if it is, but is of another format, or not of class GLOBAL
     */
    public static FoundationManifest read(String note, VerifierKey publisher) {
        String text = SignedNote.verify(note, publisher.name(), publisher.key())
                .orElseThrow(() -> new CorruptDataException(
                        "the manifest is not signed by publisher " + publisher.name() + ": nothing of it is believed"));
        ObjectNode json = StrictJson.object(text.getBytes(StandardCharsets.UTF_8), WHAT, ErrorCode.MODEL_INVALID);
        require(json, "format", FORMAT);
        require(json, "class", CLASS);
        FoundationManifest manifest = new FoundationManifest(
                json.path("name").asText(), hash(json.path("content_hash"), "content_hash"), parents(json));
        if (!text(manifest).equals(text)) {
            throw refused(null, "is not what this version writes");
        }
        return manifest;
    }

    private static String text(FoundationManifest manifest) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("format", FORMAT)
                .put("name", manifest.name())
                .put("class", CLASS)
                .put("content_hash", manifest.contentHash().hex());
        ArrayNode parents = json.putArray("parents");
        manifest.parents().forEach(parent -> parents.add(parent.hex()));
        return CanonicalJson.text(json) + "\n";
    }

    private static void require(ObjectNode json, String field, String value) {
        JsonNode found = json.path(field);
        if (!found.isTextual() || !found.textValue().equals(value)) {
            throw refused(field, "must be \"" + value + "\"");
        }
    }

    private static List<Sha256> parents(ObjectNode json) {
        List<Sha256> parents = new ArrayList<>();
        json.path("parents").forEach(parent -> parents.add(hash(parent, "parents")));
        return parents;
    }

    private static Sha256 hash(JsonNode json, String field) {
        try {
            return Sha256.parse(json.asText());
        } catch (InvalidInputException e) {
            throw refused(field, "must be 64 lower-case hex digits");
        }
    }

    private static InvalidInputException refused(@Nullable String field, String reason) {
        return new InvalidInputException(ErrorCode.MODEL_INVALID, WHAT, field, reason);
    }
}
