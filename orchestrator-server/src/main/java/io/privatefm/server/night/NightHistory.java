/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.night;

import io.privatefm.spi.observe.LifecycleEvent;
import io.privatefm.spi.observe.OrchestratorListener;
import java.time.InstantSource;
import java.util.List;
import javax.sql.DataSource;

/** Keeps what nights did: the last 400 of all processes. To be given to the orchestrator's builder. */
public final class NightHistory implements OrchestratorListener {
    /**
     * @param connections to the database with the service's tables
     * @param node how this process calls itself; nights of an earlier process of the name, that have no end, count as lost
     */
    public NightHistory(DataSource connections, String node, InstantSource clock) {}

    @Override
    public void onEvent(LifecycleEvent event) {}

    /**
     * Nights, newest first.
     *
     * @param below those with smaller ids alone; {@link Long#MAX_VALUE} for the first page
     * @param limit at most this many, at least 1
     */
    public List<Night> page(long below, int limit) {
        throw new UnsupportedOperationException();
    }
}
