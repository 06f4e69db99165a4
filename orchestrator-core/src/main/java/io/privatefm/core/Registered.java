/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core;

import io.privatefm.spi.store.AdapterRow;

/**
 * The revision that an adapter is.
 *
 * @param isNew false if it was registered before, and is equal to the newest revision
 */
public record Registered(AdapterRow row, boolean isNew) {}
