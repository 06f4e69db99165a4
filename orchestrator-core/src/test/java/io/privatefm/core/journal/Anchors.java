/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.journal;

import io.privatefm.spi.ConflictException;
import io.privatefm.spi.UnavailableException;
import io.privatefm.spi.audit.AnchorSink;
import java.util.List;
import java.util.TreeMap;

/** Fixture: anchors in memory, which a test can make fail. */
public final class Anchors implements AnchorSink {
    private final TreeMap<Long, String> notes = new TreeMap<>();
    private boolean down;

    /** Takes nothing, or takes it again. */
    synchronized void down(boolean now) {
        down = now;
    }

    @Override
    public synchronized void anchor(long size, String note) {
        if (down) {
            throw new UnavailableException("the anchors' volume is gone");
        }
        String before = notes.putIfAbsent(size, note);
        if (before != null && !before.equals(note)) {
            throw new ConflictException("another note of size " + size + " is anchored");
        }
    }

    @Override
    public synchronized List<String> anchored() {
        return List.copyOf(notes.values());
    }
}
