/* SPDX-License-Identifier: Apache-2.0 */
/** The REST service: routes, JSON, problems. It holds no rule of its own: everything goes through the orchestrator's facade. */
@NullMarked
package io.privatefm.server.rest;

import org.jspecify.annotations.NullMarked;
