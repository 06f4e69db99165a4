/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.store;

import io.privatefm.spi.NsUid;
import io.privatefm.spi.Sha256;
import java.time.Instant;

/**
 * A blob that no row referred to when it was looked at.
 *
 * @param firstSeen when that was seen first, by the store's clock
 */
public record OrphanRow(NsUid nsUid, Sha256 blob, Instant firstSeen) {}
