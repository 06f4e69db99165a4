/* SPDX-License-Identifier: Apache-2.0 */
/** The running service beside its contract, {@code docs/api/rest/private-fm.yaml}. */
@NullMarked
package io.privatefm.server.rest.contract;

import org.jspecify.annotations.NullMarked;
