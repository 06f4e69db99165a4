/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.store;

import io.privatefm.spi.Sha256;

/**
 * Up to where a namespace has nothing left to merge.
 *
 * @param eventHead the newest event that was taken into account
 * @param basis what else the decision rested on: foundation release, arithmetic, strategies; opaque to the store
 */
public record Settled(long eventHead, Sha256 basis) {}
