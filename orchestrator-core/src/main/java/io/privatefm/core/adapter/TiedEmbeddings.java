/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.adapter;

import io.privatefm.core.model.ModelConfig;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/**
 * Models that share one tensor between the input embedding and the output head ({@code tie_word_embeddings}). A change of
 * one side only would move the other too, which is not what was trained: it is refused. An adapter that brings both sides
 * whole unties them.
 */
final class TiedEmbeddings {
    private static final Set<String> HEADS = Set.of("lm_head", "embed_out");
    private static final Set<String> EMBEDDINGS =
            Set.of("embed_tokens", "wte", "word_embeddings", "embed_in", "tok_embeddings", "shared");
    private static final List<String> GENERATIVE =
            List.of("ForCausalLM", "LMHeadModel", "ForConditionalGeneration", "ForMaskedLM");

    private final boolean tied;

    TiedEmbeddings(ModelConfig model, Set<String> foundation) {
        boolean hasHead = foundation.stream().anyMatch(name -> HEADS.contains(moduleName(name)));
        boolean generative = GENERATIVE.stream().anyMatch(model.architecture()::endsWith);
        this.tied = !hasHead && model.tiedEmbeddings().orElse(generative);
    }

    /** Refuses factors on a head that exists only as the embedding. */
    void refuseMissingHead(Collection<String> modules) {
        for (String module : modules) {
            if (tied && HEADS.contains(lastComponent(module))) {
                throw refused(module);
            }
        }
    }

    /**
     * Refuses one-sided changes.
     *
     * @return whether the changes bring an own head for a model that had none
     */
    boolean checkAndSeeWhetherUntied(List<TensorChange> changes) {
        if (!tied) {
            return false;
        }
        boolean ownHead = changes.stream()
                .anyMatch(change -> change instanceof TensorChange.Add && HEADS.contains(moduleName(change.target())));
        for (TensorChange change : changes) {
            if (EMBEDDINGS.contains(moduleName(change.target())) && !ownHead) {
                throw refused(change.target());
            }
        }
        return ownHead;
    }

    private static InvalidInputException refused(String target) {
        return new InvalidInputException(
                ErrorCode.ADAPTER_UNSUPPORTED,
                Adapter.WEIGHTS_FILE,
                target,
                "the foundation ties its input embedding and output head (tie_word_embeddings); changing one side of"
                        + " them is not supported");
    }

    /** Last component of the module that a tensor belongs to. */
    private static String moduleName(String tensor) {
        int dot = tensor.lastIndexOf('.');
        return dot < 0 ? "" : lastComponent(tensor.substring(0, dot));
    }

    private static String lastComponent(String module) {
        return module.substring(module.lastIndexOf('.') + 1);
    }
}
