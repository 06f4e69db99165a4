/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.privatefm.core.json.StrictJson;
import io.privatefm.spi.ErrorCode;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** In JSON, a single quote stands for a double one. */
@DisplayName("A model's config.json")
class ModelConfigTest {
    static Stream<Arguments> tied() {
        return Stream.of(
                arguments("{'tie_word_embeddings':true}", true),
                arguments("{'tie_word_embeddings':false}", false),
                arguments("{}", null),
                arguments("{'tie_word_embeddings':null}", null),
                arguments("{'tie_word_embeddings':'true'}", null),
                arguments("{'tie_word_embeddings':1}", null),
                arguments("{'TIE_WORD_EMBEDDINGS':true}", null));
    }

    @ParameterizedTest
    @MethodSource("tied")
    @DisplayName(
            "says that embeddings are tied with true, that they are not with false, and nothing with anything else")
    void tied(String json, @Nullable Boolean expected) {
        assertThat(config(json).tiedEmbeddings()).isEqualTo(Optional.ofNullable(expected));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'model_type':'llama','architectures':['A','B']} | llama | A",
                "{'model_type':'llama'}                           | llama | ``",
                "{'architectures':['A']}                          | ``    | A",
                "{'model_type':null,'architectures':null}         | ``    | ``",
                "{'architectures':[]}                             | ``    | ``",
                "{'architectures':'A'}                            | ``    | ``",
                "{'architectures':{'0':'A'}}                      | ``    | ``"
            })
    @DisplayName("names the model's type and its first architecture, where it says them")
    void names(String json, String modelType, String architecture) {
        assertThat(config(json)).isEqualTo(new ModelConfig(modelType, architecture, Optional.empty()));
    }

    private static ModelConfig config(String json) {
        return ModelConfig.of(StrictJson.object(
                json.replace('\'', '"').getBytes(StandardCharsets.UTF_8), ModelConfig.FILE, ErrorCode.MODEL_INVALID));
    }
}
