/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.fault;

/** How much of a long test runs: a share in every build, more in the project's CI, all of it every night. */
public final class Share {
    private static final boolean NIGHTLY = Boolean.getBoolean("pfm.nightly");
    private static final boolean CI = Boolean.getBoolean("pfm.ci");

    private Share() {}

    /** The number of rounds of this run. */
    public static int of(int build, int ci, int nightly) {
        return NIGHTLY ? nightly : CI ? ci : build;
    }

    /** Where a test's random choices begin; {@code -Dpfm.seed} replays them. */
    public static long seed() {
        return Long.getLong("pfm.seed", 1);
    }
}
