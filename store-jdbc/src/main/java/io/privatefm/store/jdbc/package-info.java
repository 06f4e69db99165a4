/* SPDX-License-Identifier: Apache-2.0 */
/** The transactional store on PostgreSQL and H2, over plain JDBC. */
@NullMarked
package io.privatefm.store.jdbc;

import org.jspecify.annotations.NullMarked;
