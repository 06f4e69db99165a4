/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

import io.javalin.http.Context;
import io.javalin.router.JavalinDefaultRoutingApi;
import io.privatefm.core.AuditState;
import io.privatefm.core.Orchestrator;
import io.privatefm.core.ScrubState;
import io.privatefm.server.access.Scope;
import io.privatefm.server.night.NightHistory;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.store.NamespaceCount;
import io.privatefm.spi.store.NamespaceState;
import io.privatefm.spi.store.TreeHeadRow;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/** The view over everything, without any learner in it. */
public final class OverviewResource implements Resource {
    private final Orchestrator pfm;
    private final NightHistory nights;
    private final RecentMerges merges;

    public OverviewResource(Orchestrator pfm, NightHistory nights, RecentMerges merges) {
        this.pfm = pfm;
        this.nights = nights;
        this.merges = merges;
    }

    @Override
    public void addTo(JavalinDefaultRoutingApi routes) {
        routes.get("/api/v1/overview", this::get, Scope.OPERATE);
    }

    private void get(Context ctx) {
        new Parameters(ctx).end();
        List<NamespaceCount> counts = pfm.overview().namespaces();
        Json.answer(
                ctx,
                200,
                new OverviewView(
                        namespaces(counts),
                        lag(counts),
                        new OverviewView.Nights(
                                pfm.merges().pausedNights(),
                                nights.page(Long.MAX_VALUE, 1).stream().findFirst()),
                        new OverviewView.Recovery(pfm.recovery().stopped()),
                        new OverviewView.Outbox(pfm.overview().outboxDepth()),
                        scrub(pfm.overview().scrubs()),
                        audit(pfm.overview().audit()),
                        new OverviewView.Merges(merges.all())));
    }

    private static OverviewView.Namespaces namespaces(List<NamespaceCount> counts) {
        Map<String, Long> byStatus = new TreeMap<>();
        long due = 0;
        long total = 0;
        for (NamespaceCount count : counts) {
            byStatus.merge(count.state().name(), count.count(), Long::sum);
            due += count.due() ? count.count() : 0;
            total += isThere(count) ? count.count() : 0;
        }
        return new OverviewView.Namespaces(byStatus, due, total);
    }

    private OverviewView.Lag lag(List<NamespaceCount> counts) {
        int most = 0;
        Map<String, Long> byReleases = new TreeMap<>();
        for (NamespaceCount count : counts) {
            OptionalInt behind = isThere(count) ? behind(count.foundationRelease()) : OptionalInt.empty();
            if (behind.isPresent()) {
                most = Math.max(most, behind.getAsInt());
                byReleases.merge(String.valueOf(behind.getAsInt()), count.count(), Long::sum);
            }
        }
        return new OverviewView.Lag(most, byReleases);
    }

    private OptionalInt behind(String release) {
        try {
            return OptionalInt.of(pfm.overview().lag(release));
        } catch (InvalidInputException e) {
            return OptionalInt.empty(); // the foundation store has not got it
        }
    }

    private static boolean isThere(NamespaceCount count) {
        return count.state() != NamespaceState.DELETED;
    }

    private static OverviewView.Scrub scrub(ScrubState state) {
        Optional<Instant> oldest =
                state.oldest().filter(at -> !at.equals(Instant.EPOCH)); // damage met by a read, never scrubbed
        return new OverviewView.Scrub(oldest, state.someNever() || !oldest.equals(state.oldest()));
    }

    private static OverviewView.Audit audit(AuditState state) {
        Optional<TreeHeadRow> head = state.head();
        return new OverviewView.Audit(
                head.map(TreeHeadRow::size),
                head.map(row -> row.root().hex()),
                head.map(TreeHeadRow::at),
                state.unsequenced());
    }
}
