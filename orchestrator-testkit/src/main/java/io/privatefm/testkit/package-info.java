/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Tools for the tests of whoever uses or extends this project: small seeded models and adapters in the layouts that people
 * have them in, and second opinions on file format and arithmetic. Shares no code with the engine on purpose.
 */
@NullMarked
package io.privatefm.testkit;

import org.jspecify.annotations.NullMarked;
