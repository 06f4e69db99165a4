/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.files.ModelFiles;
import io.privatefm.spi.files.RangedFile;
import io.privatefm.spi.foundation.FoundationRelease;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code releases.json}, oldest release first:
 *
 * <pre>{"releases": [{"name": "release-1", "path": "r1", "content_hash": "64 hex digits, optional"}]}</pre>
 *
 * Names are unique; paths stay inside the directory. Strict: UTF-8 without byte order mark, no duplicate or unknown
 * fields, no trailing text, at most 1 MiB.
 */
final class ReleaseList {
    static final String FILE = "releases.json";

    private static final int MAX_BYTES = 1 << 20;
    private static final int MAX_DEPTH = 8;
    private static final String RELEASES = "releases";
    private static final String NAME = "name";
    private static final String PATH = "path";
    private static final String CONTENT_HASH = "content_hash";

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final Path root;
    private final List<ListedRelease> releases = new ArrayList<>();
    private final Set<String> names = new HashSet<>();

    private ReleaseList(Path root) {
        this.root = root;
    }

    /**
     * Reads the list of a foundation directory.
     *
     * @param root the directory that paths must stay in
     * @throws InvalidInputException ({@link ErrorCode#MODEL_INVALID}) naming the field at fault
     */
    static List<ListedRelease> read(ModelFiles files, Path root) {
        ReleaseList list = new ReleaseList(root);
        JsonNode document = parse(text(files));
        requireFields(document, null, Set.of(RELEASES));
        if (!(document.get(RELEASES) instanceof ArrayNode entries)) {
            throw refused(null, "must have an array '" + RELEASES + "'");
        }
        entries.forEach(list::add);
        return List.copyOf(list.releases);
    }

    private void add(JsonNode entry) {
        String at = RELEASES + "[" + releases.size() + "]";
        requireFields(entry, at, Set.of(NAME, PATH, CONTENT_HASH));
        String name = text(entry, at, NAME);
        if (name.isEmpty()) {
            throw refused(at + "." + NAME, "must not be empty");
        }
        if (!names.add(name)) {
            throw refused(at + "." + NAME, "'" + Failures.shown(name) + "' is there twice");
        }
        String path = text(entry, at, PATH);
        ConfinedPath.requireForm(path, root, reason -> refused(at + "." + PATH, reason));
        Optional<Sha256> hash =
                entry.has(CONTENT_HASH) ? Optional.of(hash(entry, at + "." + CONTENT_HASH)) : Optional.empty();
        releases.add(new ListedRelease(new FoundationRelease(releases.size() + 1, name, hash), path));
    }

    private static String text(JsonNode entry, String at, String field) {
        @Nullable JsonNode value = entry.get(field);
        if (value == null || !value.isTextual()) {
            throw refused(at + "." + field, "must be there and be a string");
        }
        return value.textValue();
    }

    private static Sha256 hash(JsonNode entry, String field) {
        @Nullable String text = entry.get(CONTENT_HASH).textValue();
        try {
            return Sha256.parse(text == null ? "" : text);
        } catch (InvalidInputException e) {
            throw refused(field, "must be 64 lower-case hex digits");
        }
    }

    private static void requireFields(JsonNode node, @Nullable String at, Set<String> known) {
        if (!(node instanceof ObjectNode object)) {
            throw refused(at, "must be a JSON object");
        }
        object.fieldNames().forEachRemaining(field -> {
            if (!known.contains(field)) {
                throw refused(at, "unknown field '" + Failures.shown(field) + "'");
            }
        });
    }

    private static JsonNode parse(String text) {
        try {
            return MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            throw refused(null, "malformed JSON" + place(e.getLocation()) + ": " + problem(e.getOriginalMessage()));
        }
    }

    private static String place(@Nullable JsonLocation at) {
        return at == null ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr();
    }

    /** Jackson's words without its own account of the place. */
    private static String problem(String message) {
        return Failures.shown(message).replaceFirst(" \\([^(]*\\[Source: .*", "");
    }

    private static String text(ModelFiles files) {
        try (RangedFile file = files.open(FILE)) {
            if (file.size() > MAX_BYTES) {
                throw refused(null, "longer than " + MAX_BYTES + " bytes: " + file.size());
            }
            ByteBuffer bytes = ByteBuffer.allocate((int) file.size());
            file.read(0, bytes);
            return StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();
        } catch (CharacterCodingException e) {
            throw refused(null, "is not valid UTF-8");
        }
    }

    private static InvalidInputException refused(@Nullable String field, String reason) {
        return new InvalidInputException(ErrorCode.MODEL_INVALID, FILE, field, reason);
    }
}
