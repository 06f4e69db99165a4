/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.adapter;

import io.privatefm.core.hash.ContentHash;
import io.privatefm.core.hash.MerkleTree;
import io.privatefm.core.hash.TensorStream;
import io.privatefm.core.model.FiniteTensor;
import io.privatefm.core.model.FormatLimits;
import io.privatefm.core.model.ModelConfig;
import io.privatefm.core.model.ModelDirectory;
import io.privatefm.core.model.ModelTensor;
import io.privatefm.core.model.SafetensorsFile;
import io.privatefm.core.model.TensorInfo;
import io.privatefm.core.model.TensorSource;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.adapter.AdapterLimits;
import io.privatefm.spi.adapter.AdapterLimits.Limit;
import io.privatefm.spi.files.ModelFiles;
import io.privatefm.spi.files.RangedFile;
import java.util.List;
import java.util.Map;

/**
 * An open PEFT adapter: configuration read, every value of its tensors seen once and finite. Tensors are read by ranges
 * afterwards.
 */
public final class Adapter implements AutoCloseable {
    /** Name of the configuration file. */
    public static final String CONFIG_FILE = PeftConfig.FILE;

    /** Name of the tensor file. */
    public static final String WEIGHTS_FILE = "adapter_model.safetensors";

    private static final String PICKLE_FILE = "adapter_model.bin";

    private final String location;
    private final AdapterLimits limits;
    private final PeftConfig config;
    private final SafetensorsFile weights;
    private final Map<String, ModelTensor> tensors;
    private final Sha256 digest;

    private Adapter(String location, AdapterLimits limits, PeftConfig config, SafetensorsFile weights) {
        this.location = location;
        this.limits = limits;
        this.config = config;
        this.weights = weights;
        this.tensors = weights.byName();
        this.digest = digest(config, weights);
    }

    /**
     * Opens an adapter and checks all that can be checked without a foundation. Does not take {@code files} over.
     *
     * @throws InvalidInputException naming file and field or tensor, if the adapter is malformed, not finite, beyond a limit,
     *     or uses a feature that is not supported
     */
    public static Adapter open(ModelFiles files, AdapterLimits limits) {
        try {
            return read(files, limits);
        } catch (InvalidInputException e) {
            throw e.within(files.location());
        }
    }

    private static Adapter read(ModelFiles files, AdapterLimits limits) {
        requireFiles(files);
        FormatLimits format = FormatLimits.of(limits);
        PeftConfig config = PeftConfig.parse(
                ModelDirectory.readWhole(files, CONFIG_FILE, format.jsonBytes(), ErrorCode.ADAPTER_INVALID), limits);
        SafetensorsFile weights = SafetensorsFile.open(
                openFile(files, WEIGHTS_FILE, limits), WEIGHTS_FILE, ErrorCode.ADAPTER_INVALID, format);
        try {
            return new Adapter(files.location(), limits, config, weights);
        } catch (RuntimeException | Error e) {
            weights.close();
            throw e;
        }
    }

    /**
     * What identifies the adapter's meaning: SHA-256 over the canonical configuration's SHA-256 and the content hash of its
     * tensors. Equal for files that differ only in order, white space or fields that a merge does not read.
     */
    public Sha256 digest() {
        return digest;
    }

    /**
     * Resolves every change to one tensor of a foundation.
     *
     * @param foundation the foundation's tensors by name
     * @throws InvalidInputException if the adapter does not fit, naming the first tensor that does not
     */
    public AdapterFit fit(Map<String, TensorInfo> foundation, ModelConfig model) {
        List<TensorInfo> infos =
                tensors.values().stream().map(ModelTensor::info).toList();
        try {
            return new AdapterFitter(config, new PatternSteps(limits), infos, foundation, model).fit();
        } catch (InvalidInputException e) {
            throw e.within(location);
        }
    }

    /** A tensor of the adapter by its key. */
    public TensorSource tensor(String key) {
        ModelTensor tensor = tensors.get(key);
        if (tensor == null) {
            throw new IllegalArgumentException("no tensor " + key);
        }
        return tensor;
    }

    @Override
    public void close() {
        weights.close();
    }

    /** One of the two files, to be closed by the caller; refused if it is too long. */
    static RangedFile openFile(ModelFiles files, String name, AdapterLimits limits) {
        RangedFile file = files.open(name);
        try {
            long most = limits.get(name.equals(CONFIG_FILE) ? Limit.CONFIG_BYTES : Limit.WEIGHTS_BYTES);
            if (file.size() > most) {
                throw new InvalidInputException(
                        ErrorCode.ADAPTER_INVALID, name, null, "longer than " + most + " bytes: " + file.size());
            }
            return file;
        } catch (RuntimeException | Error e) {
            file.close();
            throw e;
        }
    }

    static void requireFiles(ModelFiles files) {
        List<String> names = files.names();
        for (String file : List.of(CONFIG_FILE, WEIGHTS_FILE)) {
            if (!names.contains(file)) {
                boolean pickle = file.equals(WEIGHTS_FILE) && names.contains(PICKLE_FILE);
                throw new InvalidInputException(
                        pickle ? ErrorCode.ADAPTER_UNSUPPORTED : ErrorCode.ADAPTER_INVALID,
                        null,
                        null,
                        pickle
                                ? "holds a pickle (" + PICKLE_FILE + "), which is never loaded; save it as safetensors"
                                : "holds no " + file);
            }
        }
    }

    private static Sha256 digest(PeftConfig config, SafetensorsFile weights) {
        List<FiniteTensor> checked = weights.tensors().stream()
                .map(tensor -> new FiniteTensor(tensor, WEIGHTS_FILE))
                .toList();
        Sha256 tensors = ContentHash.ofModel(TensorStream.sequential().run(checked, (bytes, length) -> {}));
        byte[] configuration = MerkleTree.sha256().digest(config.canonicalBytes());
        var sha256 = MerkleTree.sha256();
        sha256.update(configuration);
        sha256.update(tensors.bytes());
        return Sha256.of(sha256.digest());
    }
}
