/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.checkpoint;

import io.privatefm.core.merge.VariantAssembler;
import io.privatefm.core.model.ModelTensor;
import io.privatefm.core.model.SafetensorsFile;
import io.privatefm.core.model.TensorSource;
import io.privatefm.spi.Sha256;
import java.util.List;
import java.util.Map;

/** An open variant of a stored checkpoint. */
public final class StoredVariant implements AutoCloseable {
    private final VariantEntry entry;
    private final SafetensorsFile file;
    private final Map<String, ModelTensor> stored;
    private final Map<String, ModelTensor> foundation;

    StoredVariant(VariantEntry entry, SafetensorsFile file, Map<String, ModelTensor> foundation) {
        this.entry = entry;
        this.file = file;
        this.stored = file.byName();
        this.foundation = foundation;
    }

    /** Content hash that the whole model has. */
    public Sha256 contentHash() {
        return entry.contentHash();
    }

    /** Whether the model has an output head of its own where the foundation had none. */
    public boolean untiesEmbeddings() {
        return entry.untiesEmbeddings();
    }

    /** All tensors of the merged model, in ascending order of name. */
    public List<TensorSource> tensors() {
        return VariantAssembler.overlay(foundation, stored);
    }

    /** The tensors that the blob holds. */
    Map<String, ModelTensor> stored() {
        return stored;
    }

    @Override
    public void close() {
        file.close();
    }
}
