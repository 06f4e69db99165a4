/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore;

import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.adapter.AdapterStore;
import io.privatefm.spi.files.ModelFiles;
import java.nio.file.Path;
import java.util.function.Function;

/**
 * Adapters in the sub-directories, at any depth, of one local directory. A reference is the relative path of one, with
 * {@code /} between its segments, such as {@code learner-17/math}; {@code .} is the directory itself. No reference and
 * no symbolic link leads out of the directory. Read-only. Immutable, safe for use by several threads at once.
 */
public final class AdapterDirectory implements AdapterStore {
    private final Path root;
    private final Path realRoot;

    private AdapterDirectory(Path root, Path realRoot) {
        this.root = root;
        this.realRoot = realRoot;
    }

    /**
     * The adapters below {@code root}.
     *
     * @throws InvalidInputException ({@link ErrorCode#CONFIGURATION}) if it does not exist or is not a directory
     * @throws io.privatefm.spi.UnavailableException if that cannot be told now
     */
    public static AdapterDirectory at(Path root) {
        return new AdapterDirectory(root, Directories.real(root, ErrorCode.CONFIGURATION));
    }

    /**
     * {@inheritDoc}
     *
     * @throws InvalidInputException ({@link ErrorCode#INVALID_ARGUMENT}) if the reference is malformed;
     *     ({@link ErrorCode#ADAPTER_INVALID}) if it names no directory inside the root
     */
    @Override
    public ModelFiles open(String reference) {
        ConfinedPath.requireForm(reference, realRoot, refusal(ErrorCode.INVALID_ARGUMENT, reference));
        Path directory = ConfinedPath.resolve(reference, realRoot, refusal(ErrorCode.ADAPTER_INVALID, reference));
        return LocalModelFiles.list(ConfinedPath.join(root, reference), directory, ErrorCode.ADAPTER_INVALID);
    }

    private static Function<String, InvalidInputException> refusal(ErrorCode code, String reference) {
        String shown = Failures.shown(reference);
        return reason -> new InvalidInputException(code, "adapter reference '" + shown + "': " + reason);
    }
}
