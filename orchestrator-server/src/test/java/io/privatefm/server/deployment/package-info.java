/* SPDX-License-Identifier: Apache-2.0 */
/** What is in deploy/: that it is well-formed, fits together, and fits the service. */
@NullMarked
package io.privatefm.server.deployment;

import org.jspecify.annotations.NullMarked;
