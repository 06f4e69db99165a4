/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore;

import io.privatefm.spi.foundation.FoundationRelease;

/**
 * A release and where it is.
 *
 * @param path relative to the foundation directory, with {@code /}; {@code .} is that directory itself
 */
record ListedRelease(FoundationRelease release, String path) {}
