/* SPDX-License-Identifier: Apache-2.0 */
/** What survives killed processes, lost answers, races and tampering, with real databases, files and JVMs. */
@NullMarked
package io.privatefm.server.fault;

import org.jspecify.annotations.NullMarked;
