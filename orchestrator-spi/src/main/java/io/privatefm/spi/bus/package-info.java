/* SPDX-License-Identifier: Apache-2.0 */
/** At-least-once delivery of events between the host's services and the orchestrator. */
@NullMarked
package io.privatefm.spi.bus;

import org.jspecify.annotations.NullMarked;
