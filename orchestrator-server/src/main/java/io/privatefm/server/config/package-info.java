/* SPDX-License-Identifier: Apache-2.0 */
/** What the environment says: names, defaults, and what is wrong with them. */
@NullMarked
package io.privatefm.server.config;

import org.jspecify.annotations.NullMarked;
