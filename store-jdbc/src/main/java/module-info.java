/* SPDX-License-Identifier: Apache-2.0 */
/** The transactional store on PostgreSQL and H2. */
@org.jspecify.annotations.NullMarked
@SuppressWarnings("requires-automatic") // Flyway's and db-scheduler's jars have no descriptor
module io.privatefm.store.jdbc {
    requires transitive io.privatefm.spi;
    requires transitive java.sql;
    requires com.github.kagkarlsson.scheduler;
    requires flyway.core;
    requires static org.jspecify;

    exports io.privatefm.store.jdbc;
}
