/* SPDX-License-Identifier: Apache-2.0 */
@NullMarked
package io.privatefm.server.access;

import org.jspecify.annotations.NullMarked;
