/* SPDX-License-Identifier: Apache-2.0 */
/** The events that hosts exchange with the orchestrator, as docs/events.md and docs/events.asyncapi.yaml say. */
@NullMarked
package io.privatefm.server.events;

import org.jspecify.annotations.NullMarked;
