/* SPDX-License-Identifier: Apache-2.0 */
/** What nobody may read of a learner, and what must be gone after a deletion, with real databases, files, key vaults and JVMs. */
@NullMarked
package io.privatefm.server.privacy;

import org.jspecify.annotations.NullMarked;
