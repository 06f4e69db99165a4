/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.cli;

import io.privatefm.spi.observe.LifecycleEvent;
import io.privatefm.spi.observe.OrchestratorListener;
import java.io.PrintWriter;

/** Draws the progress of a night on standard error: one line redrawn on a terminal, a line every tenth otherwise. */
final class ProgressBar implements OrchestratorListener {
    private static final int WIDTH = 30;

    private final PrintWriter err;
    private final boolean terminal;

    ProgressBar(PrintWriter err, boolean terminal) {
        this.err = err;
        this.terminal = terminal;
    }

    @Override
    public void onEvent(LifecycleEvent event) {
        if (event instanceof LifecycleEvent.NightStarted started) {
            if (started.namespaces() > 0) {
                draw(0, started.namespaces());
            }
        } else if (event instanceof LifecycleEvent.NightProgressed progress) {
            draw(progress.done(), progress.namespaces());
        }
    }

    private void draw(int done, int all) {
        int filled = WIDTH * done / all;
        String bar = "merging [" + "#".repeat(filled) + "-".repeat(WIDTH - filled) + "] " + done + "/" + all;
        if (terminal) {
            err.print("\r" + bar + (done == all ? System.lineSeparator() : ""));
            err.flush();
        } else if (done == all || done * 10 / all != (done - 1) * 10 / all) {
            err.println(bar);
        }
    }
}
