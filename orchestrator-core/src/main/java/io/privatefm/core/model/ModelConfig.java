/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/**
 * The few facts of a model's {@code config.json} that decide how an adapter merges.
 *
 * @param modelType such as {@code llama}; empty if not said
 * @param architecture class of the model, the first that the file names; empty if not said
 * @param tiedEmbeddings {@code tie_word_embeddings}, where the file says it
 */
public record ModelConfig(String modelType, String architecture, Optional<Boolean> tiedEmbeddings) {
    /** Name of the file. */
    public static final String FILE = "config.json";

    /** What is known of a model without the file. */
    public static final ModelConfig UNKNOWN = new ModelConfig("", "", Optional.empty());

    static ModelConfig of(ObjectNode config) {
        JsonNode tied = config.path("tie_word_embeddings");
        return new ModelConfig(
                config.path("model_type").asText(""),
                config.path("architectures").path(0).asText(""),
                tied.isBoolean() ? Optional.of(tied.booleanValue()) : Optional.empty());
    }
}
