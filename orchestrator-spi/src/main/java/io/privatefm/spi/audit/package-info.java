/* SPDX-License-Identifier: Apache-2.0 */
/** What ties the audit log to something outside the database. */
@NullMarked
package io.privatefm.spi.audit;

import org.jspecify.annotations.NullMarked;
