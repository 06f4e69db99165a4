/* SPDX-License-Identifier: Apache-2.0 */
/** What operators watch: the orchestrator's meters, the process's, and those of requests, in one registry. */
@NullMarked
package io.privatefm.server.metrics;

import org.jspecify.annotations.NullMarked;
