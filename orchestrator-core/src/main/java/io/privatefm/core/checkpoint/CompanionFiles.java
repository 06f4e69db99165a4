/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.privatefm.core.json.StrictJson;
import io.privatefm.core.model.ModelConfig;
import io.privatefm.core.model.ModelDirectory;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.files.ModelFiles;
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

    private static byte[] untied(byte[] config) {
        ObjectNode json = StrictJson.object(config, ModelConfig.FILE, ErrorCode.MODEL_INVALID);
        json.put("tie_word_embeddings", false);
        DefaultIndenter lines = new DefaultIndenter("  ", "\n");
        DefaultPrettyPrinter printer = new DefaultPrettyPrinter(
                        Separators.createDefaultInstance().withObjectFieldValueSpacing(Separators.Spacing.AFTER))
                .withObjectIndenter(lines)
                .withArrayIndenter(lines);
        try {
            return (new JsonMapper().writer(printer).writeValueAsString(json) + "\n").getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
