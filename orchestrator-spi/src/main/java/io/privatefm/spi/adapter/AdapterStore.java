/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.adapter;

import io.privatefm.spi.files.ModelFiles;

/**
 * Where trainers leave finished adapters. Read-only: registering copies the files into the namespace's own blobs, so a
 * trainer may delete or overwrite its copy afterwards. Safe for use by several threads at once.
 */
public interface AdapterStore {
    /**
     * The files of one adapter in PEFT layout ({@code adapter_config.json}, {@code adapter_model.safetensors}), to be
     * closed by the caller.
     *
     * @param reference what the trainer's message calls it; its form is the store's own (a relative path, a URI)
     * @throws io.privatefm.spi.InvalidInputException if the reference is malformed or names nothing
     * @throws io.privatefm.spi.UnavailableException if the store does not answer
     */
    ModelFiles open(String reference);
}
