/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore.crash;

/** Ends a process in the middle of an operation. An error, so that nothing handles it as a failure of the disk. */
public final class PowerCut extends Error {
    private static final long serialVersionUID = 1L;

    PowerCut() {
        super("the power is cut", null, false, false);
    }
}
