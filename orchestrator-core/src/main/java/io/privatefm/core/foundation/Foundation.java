/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.foundation;

import io.privatefm.core.hash.TensorDigest;
import io.privatefm.core.model.ModelConfig;
import io.privatefm.core.model.ModelDirectory;
import io.privatefm.core.model.ModelTensor;
import io.privatefm.core.model.TensorInfo;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.files.ModelFiles;
import io.privatefm.spi.foundation.FoundationRelease;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** An open foundation release, its content hash known and as promised. */
public final class Foundation implements AutoCloseable {
    private final FoundationRelease release;
    private final ModelFiles files;
    private final ModelDirectory model;
    private final Map<String, TensorDigest> digests;
    private final Sha256 contentHash;

    Foundation(
            FoundationRelease release,
            ModelFiles files,
            ModelDirectory model,
            Map<String, TensorDigest> digests,
            Sha256 contentHash) {
        this.release = release;
        this.files = files;
        this.model = model;
        this.digests = digests;
        this.contentHash = contentHash;
    }

    public FoundationRelease release() {
        return release;
    }

    /** Content hash of the release. */
    public Sha256 contentHash() {
        return contentHash;
    }

    /** Digests of all tensors, by name in code-point order. */
    public Map<String, TensorDigest> digests() {
        return digests;
    }

    /** All tensors, by name in code-point order. */
    public Map<String, ModelTensor> tensors() {
        return model.tensors();
    }

    /** Name, dtype and shape of all tensors, by name in code-point order. */
    public Map<String, TensorInfo> infos() {
        return infos(model);
    }

    public ModelConfig config() {
        return model.config();
    }

    /** The release's files, weights and others. */
    public ModelFiles files() {
        return files;
    }

    /** Name, dtype and shape of a model's tensors, by name in code-point order. */
    public static Map<String, TensorInfo> infos(ModelDirectory model) {
        Map<String, TensorInfo> infos = new LinkedHashMap<>();
        model.tensors().forEach((name, tensor) -> infos.put(name, tensor.info()));
        return Collections.unmodifiableMap(infos);
    }

    @Override
    public void close() {
        model.close();
        files.close();
    }
}
