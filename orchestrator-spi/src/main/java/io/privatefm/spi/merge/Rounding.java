/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.merge;

/** When a merged value is rounded to the foundation's dtype. */
public enum Rounding {
    /** The binary32 sum of weight and update is rounded once. */
    SINGLE,
    /** The update is rounded first, then the sum: what PEFT's {@code safe_merge=True} computes. */
    SAFE
}
