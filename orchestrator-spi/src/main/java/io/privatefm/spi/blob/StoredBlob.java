/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.blob;

import io.privatefm.spi.Sha256;
import java.time.Instant;

/**
 * A blob as a listing shows it.
 *
 * @param bytes its size
 * @param storedAt not later than when it got its name, by the clock of the storage
 */
public record StoredBlob(Sha256 name, long bytes, Instant storedAt) {}
