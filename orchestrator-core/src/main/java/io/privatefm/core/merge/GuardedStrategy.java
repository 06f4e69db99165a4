/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.merge;

import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.merge.DeltaTile;
import io.privatefm.spi.merge.MergeStrategy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Somebody else's strategy, asked for its id once. Whatever it throws is a reason to reject the variant that it was asked about, and
 * ends nothing else: no other variant, no night.
 */
final class GuardedStrategy implements MergeStrategy {
    private static final Logger LOG = LoggerFactory.getLogger(GuardedStrategy.class);

    private final MergeStrategy strategy;
    private final String id;

    GuardedStrategy(MergeStrategy strategy) {
        this.strategy = strategy;
        this.id = strategy.id();
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public int revision() {
        try {
            return strategy.revision();
        } catch (Throwable e) {
            throw failed("when asked for its revision", e);
        }
    }

    @Override
    public void combine(DeltaTile tile, float[] combined) {
        try {
            strategy.combine(tile, combined);
        } catch (Throwable e) {
            throw failed("at element " + tile.firstElement() + " of tensor " + tile.tensor(), e);
        }
    }

    /** Of the failure only its class is passed on: its text is the plug-in's, and may hold anything. */
    private InvalidInputException failed(String where, Throwable failure) {
        LOG.warn("merge strategy {} failed with {}", id, failure.getClass().getName());
        return new InvalidInputException(
                ErrorCode.CONFIGURATION,
                "merge strategy '" + id + "' failed " + where + ": "
                        + failure.getClass().getName());
    }
}
