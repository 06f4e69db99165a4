/* SPDX-License-Identifier: Apache-2.0 */
/** No upward promotion: what the types, the file system and whole runs say. */
@org.jspecify.annotations.NullMarked
package io.privatefm.server.foundation;
