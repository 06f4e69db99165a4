/* SPDX-License-Identifier: Apache-2.0 */
@NullMarked
package io.privatefm.server.home;

import org.jspecify.annotations.NullMarked;
