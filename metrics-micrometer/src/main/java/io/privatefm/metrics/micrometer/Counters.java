/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.metrics.micrometer;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/** A counter for each value of one label. All are there from the start, at 0, so that the first increase is seen as one. */
final class Counters {
    private final Map<String, Counter> byValue = new LinkedHashMap<>();

    Counters(MeterRegistry registry, String name, String description, String label, List<String> values) {
        this(registry, name, description, Tags.empty(), label, values);
    }

    Counters(MeterRegistry registry, String name, String description, Tags common, String label, List<String> values) {
        for (String value : values) {
            byValue.put(
                    value,
                    Counter.builder(name)
                            .description(description)
                            .tags(common)
                            .tag(label, value)
                            .register(registry));
        }
    }

    /** The names of an enum's constants, as label values. */
    static List<String> names(Enum<?>[] values) {
        return Stream.of(values).map(Enum::name).toList();
    }

    void increment(String value) {
        Objects.requireNonNull(byValue.get(value), value).increment();
    }
}
