/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The engine and its facade. Only {@code io.privatefm.core} is for users; the rooms behind it are closed.
 */
@org.jspecify.annotations.NullMarked
@SuppressWarnings("requires-automatic") // cron-utils' jar has a module name, but no descriptor
module io.privatefm.core {
    requires transitive io.privatefm.spi;
    requires static org.jspecify;
    requires com.cronutils;
    requires com.fasterxml.jackson.core;
    requires com.fasterxml.jackson.databind;
    requires com.github.benmanes.caffeine;
    requires org.bouncycastle.provider;
    requires org.slf4j;

    exports io.privatefm.core;

    uses io.privatefm.spi.merge.MergeStrategy;
    uses io.privatefm.spi.merge.TensorKernels;
}
