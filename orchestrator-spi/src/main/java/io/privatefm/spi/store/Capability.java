/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.store;

/** What a store can do beyond what every store must. */
public enum Capability {
    /** What was committed is there again after the store was closed, or its process killed, and opened again. */
    DURABLE,
    /** Several processes may use it at once. */
    MULTI_PROCESS
}
