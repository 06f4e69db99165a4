/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.adapter;

import java.util.List;

/**
 * How one adapter fits one foundation: every change it makes, each resolved to exactly one tensor.
 *
 * @param changes in ascending code-point order of target; one or more
 * @param untiesEmbeddings whether the adapter brings its own output head for a model that shares it with the input
 *     embedding, so that {@code tie_word_embeddings} must become false
 */
public record AdapterFit(List<TensorChange> changes, boolean untiesEmbeddings) {
    public AdapterFit {
        changes = List.copyOf(changes);
    }
}
