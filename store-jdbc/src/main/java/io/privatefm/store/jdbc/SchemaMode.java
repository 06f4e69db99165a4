/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.store.jdbc;

/** What a {@link JdbcStore} does about its tables when it is built. */
public enum SchemaMode {
    /** Creates them, or migrates them to this version. */
    MIGRATE,
    /** Fails unless they are those of this version. */
    VALIDATE,
    /** Leaves them to the host. */
    SKIP
}
