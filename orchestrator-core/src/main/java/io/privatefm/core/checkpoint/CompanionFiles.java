/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.checkpoint;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.privatefm.core.json.StrictJson;
import io.privatefm.core.model.ModelConfig;
import io.privatefm.core.model.ModelDirectory;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.files.ModelFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The files of a model besides its weights: configuration, tokenizer, generation settings, licence. Copied byte for byte; only
 * {@code tie_word_embeddings} is changed, and only when the merged model has an output head of its own where the foundation
 * had none.
 */
final class CompanionFiles {
    private static final String TIED = "tie_word_embeddings";
    private static final int MAX_BYTES = 64 << 20;
    private static final List<String> KINDS = List.of(".json", ".txt", ".model", ".jinja", ".tiktoken", ".py");
    private static final Set<String> NAMES = Set.of("LICENSE", "LICENSE.md", "NOTICE", "USE_POLICY.md");
    private static final Set<String> OURS = Set.of(ModelListing.FILE, "releases.json");

    private CompanionFiles() {}

    /** The files to write, by name. */
    static Map<String, byte[]> of(ModelFiles foundation, boolean untieEmbeddings) {
        Map<String, byte[]> files = new TreeMap<>();
        for (String name : foundation.names()) {
            if (isCompanion(name)) {
                files.put(name, ModelDirectory.readWhole(foundation, name, MAX_BYTES, ErrorCode.MODEL_INVALID));
            }
        }
        if (untieEmbeddings) {
            files.computeIfPresent(ModelConfig.FILE, (name, bytes) -> untied(bytes));
        }
        return files;
    }

    private static boolean isCompanion(String name) {
        boolean copied = NAMES.contains(name) || KINDS.stream().anyMatch(name::endsWith);
        return copied && !OURS.contains(name) && !name.endsWith(".index.json");
    }

    /** The configuration with {@code tie_word_embeddings} false and every other byte as it was. */
    private static byte[] untied(byte[] config) {
        String text = StrictJson.text(config, ModelConfig.FILE, ErrorCode.MODEL_INVALID);
        try (JsonParser parser = StrictJson.pythonParser(text)) {
            int depth = 0;
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
                if (depth == 1
                        && token == JsonToken.FIELD_NAME
                        && parser.currentName().equals(TIED)) {
                    parser.nextToken();
                    int at = (int) parser.currentTokenLocation().getCharOffset();
                    return utf8(text.substring(0, at) + "false" + text.substring(at + parser.getTextLength()));
                }
            }
        } catch (IOException e) {
            throw new InvalidInputException(
                    ErrorCode.MODEL_INVALID, ModelConfig.FILE, null, "malformed JSON: " + e.getMessage());
        }
        int brace = text.indexOf('{') + 1;
        String separator = text.substring(brace).strip().startsWith("}") ? "" : ",";
        return utf8(text.substring(0, brace) + "\n  \"" + TIED + "\": false" + separator + text.substring(brace));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
