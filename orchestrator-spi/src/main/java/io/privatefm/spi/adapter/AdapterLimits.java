/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.adapter;

import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/** Bounds for adapters, which come from outside; an adapter beyond one of them is refused. Immutable. */
public final class AdapterLimits {
    /** Room for large adapters, and small enough to open one with 64 MB of memory. */
    public static final AdapterLimits DEFAULT = new AdapterLimits(new EnumMap<>(Limit.class));

    private final Map<Limit, Long> changed;

    /** What is bounded. */
    public enum Limit {
        /** Bytes of {@code adapter_model.safetensors}. */
        WEIGHTS_BYTES(8L << 30, Long.MAX_VALUE),
        /** Bytes of its header; the format allows no more than 100 000 000. */
        HEADER_BYTES(1 << 20, 100_000_000),
        /** Bytes of its {@code __metadata__}, keys and values in UTF-8. */
        METADATA_BYTES(64 << 10, 100_000_000),
        /** Number of tensors. */
        TENSORS(16_384, 262_144),
        /** Characters of a tensor's name. */
        NAME_LENGTH(256, 256),
        /** Dimensions of a tensor. */
        DIMENSIONS(8, 8),
        /** Bytes of {@code adapter_config.json}. */
        CONFIG_BYTES(1 << 20, 64 << 20),
        /** Keys, values, and beginnings and ends of lists and objects in it. */
        CONFIG_TOKENS(131_072, 64 << 20),
        /** Levels of lists and objects in it. */
        CONFIG_DEPTH(4, 16),
        /** Rank of a module's factors. */
        RANK(1024, 1 << 20),
        /** Regular expressions in the configuration; plain names are none. */
        PATTERNS(1024, 1 << 20),
        /** Characters of one of them. */
        PATTERN_LENGTH(2048, 1 << 20),
        /** Steps of matching one of them with one name. */
        PATTERN_STEPS(200_000, 1 << 30),
        /** Steps of matching all of them with all names of a foundation; a step that may do more work counts more. */
        ALL_PATTERN_STEPS(2_000_000_000, Long.MAX_VALUE);

        private final long standard;
        private final long most;

        Limit(long standard, long most) {
            this.standard = standard;
            this.most = most;
        }

        /** The bound that stands if none is set. */
        public long standard() {
            return standard;
        }

        /** The highest bound that may be set. */
        public long most() {
            return most;
        }
    }

    private AdapterLimits(Map<Limit, Long> changed) {
        this.changed = changed;
    }

    /**
     * These bounds with one set to another value.
     *
     * @param value from 1 to {@link Limit#most()}
     * @throws InvalidInputException with {@link ErrorCode#CONFIGURATION} if it is out of that range
     */
    public AdapterLimits with(Limit limit, long value) {
        if (value < 1 || value > limit.most) {
            throw new InvalidInputException(
                    ErrorCode.CONFIGURATION,
                    "the adapter limit " + limit.name().toLowerCase(Locale.ROOT) + " must be from 1 to " + limit.most
                            + ", not " + value);
        }
        Map<Limit, Long> others = new EnumMap<>(Limit.class);
        others.putAll(changed);
        others.put(limit, value);
        return new AdapterLimits(others);
    }

    /** The highest value that is accepted. */
    public long get(Limit limit) {
        return changed.getOrDefault(limit, limit.standard);
    }

    /** The same for a limit whose highest value fits an int. */
    public int count(Limit limit) {
        return Math.toIntExact(get(limit));
    }

    /** The bounds that are not the standard ones. */
    @Override
    public String toString() {
        return changed.toString();
    }
}
