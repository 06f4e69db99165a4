/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

import io.privatefm.spi.observe.LifecycleEvent;
import io.privatefm.spi.observe.OrchestratorListener;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** The last merges of this process: when they ended, how long they took, how much they stored. It does not know whose they were. */
public final class RecentMerges implements OrchestratorListener {
    /** Most that are kept. */
    static final int KEPT = 100;

    private final InstantSource clock;
    private final Deque<RecentMerge> newest = new ArrayDeque<>();

    /** @param clock says when a merge ended */
    public RecentMerges(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public void onEvent(LifecycleEvent event) {
        if (event instanceof LifecycleEvent.MergeCompleted merged) {
            RecentMerge merge = new RecentMerge(clock.instant(), merged.took().toMillis(), merged.storedBytes());
            synchronized (newest) {
                newest.addLast(merge);
                if (newest.size() > KEPT) {
                    newest.removeFirst();
                }
            }
        }
    }

    /** Oldest first. */
    List<RecentMerge> all() {
        synchronized (newest) {
            return List.copyOf(newest);
        }
    }
}
