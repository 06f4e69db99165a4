/* SPDX-License-Identifier: Apache-2.0 */
/** Reading from an HTTP server that may be slow, wrong or hostile. Not exported: bytes and errors, no files. */
@NullMarked
package io.privatefm.modelstore.http;

import org.jspecify.annotations.NullMarked;
