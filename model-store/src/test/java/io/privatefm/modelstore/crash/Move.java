/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore.crash;

/** An operation on one folder or two. A journaling file system puts both halves on the disk, or none. */
final class Move {
    private final int id;
    private boolean forced;

    Move(int id) {
        this.id = id;
    }

    int id() {
        return id;
    }

    /** Whether one of its folders was forced. */
    boolean isForced() {
        return forced;
    }

    void force() {
        forced = true;
    }
}
