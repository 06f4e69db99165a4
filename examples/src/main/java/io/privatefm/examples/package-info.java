/* SPDX-License-Identifier: Apache-2.0 */
/** Small complete programs, each run by a test. */
@NullMarked
package io.privatefm.examples;

import org.jspecify.annotations.NullMarked;
