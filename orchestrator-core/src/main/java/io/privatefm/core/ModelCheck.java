/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core;

import io.privatefm.core.checkpoint.ModelVerifier;
import io.privatefm.core.hash.TensorStream;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.checkpoint.Verification;
import io.privatefm.spi.files.ModelFiles;
import java.util.concurrent.ExecutorService;
import java.util.function.Function;

/** Hashes and verifies model directories, exported or any others. */
public final class ModelCheck {
    private ModelCheck() {}

    /**
     * Content hash ({@code pfm-tree-1}) of a model directory.
     *
     * @param files not closed
     * @param threads how many threads hash; changes speed only
     * @throws io.privatefm.spi.InvalidInputException if it is not a sound model
     */
    public static Sha256 contentHash(ModelFiles files, int threads) {
        return with(threads, verifier -> verifier.contentHash(files));
    }

    /**
     * Holds a model directory against a content hash. For directories that this project wrote, the damaged tensors are named
     * and damage outside the tensors is found too.
     *
     * @param files not closed
     */
    public static Verification verify(ModelFiles files, Sha256 expected, int threads) {
        return with(threads, verifier -> verifier.verify(files, expected));
    }

    private static <T> T with(int threads, Function<ModelVerifier, T> work) {
        ExecutorService pool = MergeThreads.pool(threads);
        try {
            return work.apply(new ModelVerifier(new TensorStream(pool, threads)));
        } finally {
            pool.shutdown();
        }
    }
}
