/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.cli;

import io.privatefm.testkit.LayerKind;
import io.privatefm.testkit.ReferenceMerge;
import io.privatefm.testkit.StoredTensor;
import io.privatefm.testkit.TinyAdapter;
import io.privatefm.testkit.TinyModel;

/** Holds merged models against the testkit's oracle. */
final class Oracle {
    private Oracle() {}

    /** Every module that the adapter has factors for was updated with this scale, rounded once. */
    static void check(Workbench.Merged merged, TinyModel model, TinyAdapter adapter, double scale) {
        for (String module : adapter.modulesWithFactors()) {
            check(merged, model, adapter, module, scale);
        }
    }

    /** This module was updated with this scale, rounded once. */
    static void check(Workbench.Merged merged, TinyModel model, TinyAdapter adapter, String module, double scale) {
        String weight = module + ".weight";
        reference(model, adapter, module, scale).check(weight, merged.tensor(weight));
    }

    /** What one adapter makes of one module's weight. */
    static ReferenceMerge reference(TinyModel model, TinyAdapter adapter, String module, double scale) {
        String base = adapter.key(module, ".base_layer.weight");
        StoredTensor weight = model.tensor(module + ".weight");
        ReferenceMerge reference = ReferenceMerge.onto(
                adapter.keys().contains(base) ? adapter.tensor(base).to(weight.type()) : weight);
        add(reference, model, adapter, module, scale, 1);
        String magnitude = adapter.key(module, ".lora_magnitude_vector");
        return adapter.keys().contains(magnitude) ? reference.dora(adapter.tensor(magnitude)) : reference;
    }

    /** Adds one adapter's pair of factors. */
    static void add(
            ReferenceMerge reference,
            TinyModel model,
            TinyAdapter adapter,
            String module,
            double scale,
            double weight) {
        LayerKind kind = model.kind(module);
        boolean embedding = kind == LayerKind.EMBEDDING;
        reference.add(
                kind,
                adapter.part(module, embedding ? ".lora_embedding_A" : ".lora_A.weight"),
                adapter.part(module, embedding ? ".lora_embedding_B" : ".lora_B.weight"),
                scale,
                weight);
    }
}
