/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.bus.redis;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a group was given before this turn and did not acknowledge, whoever had it, and what was removed meanwhile. */
final class Backlog {
    private static final int PAGE = 100;
    private static final Duration LONG_GONE = Duration.ofHours(1);

    private final GroupStream stream;
    private final Delivery.Builder deliveries;

    Backlog(GroupStream stream, Delivery.Builder deliveries) {
        this.stream = stream;
        this.deliveries = deliveries;
    }

    /** Dispatches all of it, in order. */
    void dispatchTo(Turn turn) {
        boolean created = stream.create();
        noticeGap(turn, created);
        String after = "-";
        while (turn.room() > 0) {
            List<GroupStream.Pending> page = stream.pending(after, PAGE);
            if (page.isEmpty()) {
                break;
            }
            take(page, turn);
            after = page.get(page.size() - 1).id();
        }
        stream.forgetConsumers(LONG_GONE);
    }

    private void take(List<GroupStream.Pending> page, Turn turn) {
        Map<String, StreamEntry> found = new HashMap<>();
        stream.entries(page.stream().map(GroupStream.Pending::id).toList())
                .forEach(entry -> found.put(entry.id(), entry));
        stream.claim(page.stream()
                .map(GroupStream.Pending::id)
                .filter(found::containsKey)
                .toList());
        for (GroupStream.Pending pending : page) {
            StreamEntry entry = found.get(pending.id());
            turn.dispatch(entry == null ? deliveries.lost(pending) : deliveries.again(entry, pending.deliveries()));
        }
    }

    private void noticeGap(Turn turn, boolean created) {
        Optional<Gap> gap = stream.gap();
        if (gap.isEmpty()) {
            return;
        }
        if (created) {
            // a new group misses nothing that went before it
            gap.get().close();
        } else {
            turn.dispatch(deliveries.lost(gap.get()));
        }
    }
}
