/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.metrics.micrometer;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.micrometer.core.instrument.config.NamingConvention;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one gauge's name as it is: {@code namespace_count_total}. Micrometer's convention for Prometheus takes {@code _total} off
 * everything that is no counter, and {@code namespace_count} would be shown; Prometheus itself, and its client of 1.x, do not mind. All
 * other names are left to the convention that was there before.
 *
 * <p>{@link PfmMetrics} sees to it for the registry it is given, and for those in it if that is a composite. A registry that is added to a
 * composite later needs {@link #on} before it is added. OpenMetrics keeps {@code _total} for counters: scrape the text format
 * ({@code text/plain; version=0.0.4}) where a strict reader is at work.
 */
public final class ExactNames implements NamingConvention {
    private static final Set<String> KEPT = Set.of(StoreGauges.NAMESPACES);

    private final NamingConvention others;

    private ExactNames(NamingConvention others) {
        this.others = others;
    }

    /** Has a registry keep the name. To be called before the gauge is registered; once is enough. */
    public static void on(MeterRegistry registry) {
        NamingConvention before = registry.config().namingConvention();
        if (!(before instanceof ExactNames)) {
            registry.config().namingConvention(new ExactNames(before));
        }
        if (registry instanceof CompositeMeterRegistry composite) {
            composite.getRegistries().forEach(ExactNames::on);
        }
    }

    @Override
    public String name(String name, Meter.Type type, @Nullable String baseUnit) {
        return type == Meter.Type.GAUGE && KEPT.contains(name) ? name : others.name(name, type, baseUnit);
    }

    @Override
    public String tagKey(String key) {
        return others.tagKey(key);
    }

    @Override
    public String tagValue(String value) {
        return others.tagValue(value);
    }
}
