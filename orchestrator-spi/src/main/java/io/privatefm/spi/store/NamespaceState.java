/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.store;

/**
 * Where a namespace stands: {@code INITIALIZING → ACTIVE ⇄ MERGING}, {@code ACTIVE → FALLBACK → ACTIVE}, {@code →
 * CORRUPTED} when retries are used up, {@code → DELETING → DELETED}. Core alone moves it.
 */
public enum NamespaceState {
    INITIALIZING,
    ACTIVE,
    MERGING,
    FALLBACK,
    CORRUPTED,
    DELETING,
    DELETED
}
