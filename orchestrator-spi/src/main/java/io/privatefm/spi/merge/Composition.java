/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.merge;

/** How several adapters change one tensor. */
public enum Composition {
    /** Their weighted updates are summed in binary32 and added to the foundation with one rounding. */
    SUM,
    /** One is merged after the other, each into the rounded result of the one before, as PEFT does. */
    SEQUENCE
}
