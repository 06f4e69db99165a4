/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.night;

import static io.privatefm.server.schema.ServerTables.bind;
import static io.privatefm.server.schema.ServerTables.instant;
import static io.privatefm.server.schema.ServerTables.instantOrEmpty;

import io.privatefm.server.schema.ServerTables;
import io.privatefm.spi.observe.LifecycleEvent;
import io.privatefm.spi.observe.OrchestratorListener;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps what nights did: the last {@value #KEPT} of all processes that share the database. A night that runs has a row that says every ten
 * seconds how far it is; one that has not said so for a minute, by the clock of whoever asks, is lost. To be given to the orchestrator's
 * builder. Safe for use by several threads at once.
 */
public final class NightHistory implements OrchestratorListener, AutoCloseable {
    /** How many nights are kept. */
    public static final int KEPT = 400;

    /** How a night ended that nobody ended: its process died. */
    public static final String LOST = "LOST";

    private static final Logger LOG = LoggerFactory.getLogger(NightHistory.class);
    private static final Duration BEAT = Duration.ofSeconds(10);
    private static final Duration SILENCE = Duration.ofMinutes(1);
    private static final int LONGEST_NODE = 100;

    private final ServerTables tables;
    private final String node;
    private final InstantSource clock;
    private final Map<Thread, Running> running = new ConcurrentHashMap<>();
    private final ScheduledExecutorService beats = Executors.newSingleThreadScheduledExecutor(work -> {
        Thread thread = new Thread(work, "pfm-nights");
        thread.setDaemon(true);
        return thread;
    });
    private @Nullable ScheduledFuture<?> beating;

    /** A night of this process, by the thread that is at it. */
    private record Running(long id, int due, int done, OptionalLong secondsLeft) {}

    /**
     * @param connections to the database with the service's tables
     * @param node how this process calls itself; at most 100 characters are kept
     */
    public NightHistory(DataSource connections, String node, InstantSource clock) {
        this.tables = new ServerTables(connections);
        this.node = node.length() <= LONGEST_NODE ? node : node.substring(0, LONGEST_NODE);
        this.clock = () -> clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    /** A night's events all come on the thread that is at it. */
    @Override
    public void onEvent(LifecycleEvent event) {
        Thread thread = Thread.currentThread();
        if (event instanceof LifecycleEvent.NightStarted started) {
            running.remove(thread);
            Instant now = clock.instant();
            long id = tables.inTransaction(handle -> insert(handle, now, now, started.namespaces()));
            running.put(thread, new Running(id, started.namespaces(), 0, OptionalLong.empty()));
            beat();
        } else if (event instanceof LifecycleEvent.NightProgressed progressed) {
            running.computeIfPresent(
                    thread,
                    (same, night) -> new Running(
                            night.id(),
                            night.due(),
                            progressed.done(),
                            OptionalLong.of(progressed.left().toSeconds())));
        } else if (event instanceof LifecycleEvent.NightEnded ended) {
            @Nullable Running night = running.remove(thread);
            Instant now = clock.instant();
            tables.inTransaction(handle -> {
                long id = night == null ? insert(handle, ended.startedAt(), now, ended.due()) : night.id();
                return end(handle, id, ended, now) + forget(handle);
            });
        }
    }

    /**
     * Nights, newest first.
     *
     * @param below those with smaller ids alone; {@link Long#MAX_VALUE} for the first page
     * @param limit at most this many, at least 1
     */
    public List<Night> page(long below, int limit) {
        Instant silent = clock.instant().minus(SILENCE);
        return tables
                .inTransaction(handle -> handle.createQuery(
                                "select * from pfm_server_night where night_id < :below order by night_id desc limit :limit")
                        .bind("below", below)
                        .bind("limit", limit)
                        .map((row, context) -> read(row, silent))
                        .list())
                .stream()
                .map(this::asItIsNow)
                .toList();
    }

    /** Ends what says that this process's nights go on. */
    @Override
    public void close() {
        beats.shutdownNow();
    }

    private synchronized void beat() {
        if (beating == null && !beats.isShutdown()) {
            beating = beats.scheduleWithFixedDelay(this::say, BEAT.toSeconds(), BEAT.toSeconds(), TimeUnit.SECONDS);
        }
    }

    /** Says of the nights that run here how far they are. */
    void say() {
        running.keySet().removeIf(thread -> !thread.isAlive());
        for (Running night : running.values()) {
            try {
                tables.inTransaction(handle -> say(handle, night));
            } catch (RuntimeException e) {
                LOG.warn("how far night {} is cannot be kept; it is tried again", night.id(), e);
            }
        }
    }

    private int say(Handle handle, Running night) {
        return bind(
                        handle.createUpdate(
                                "update pfm_server_night set seen_at = :now, done = :done,"
                                        + " remaining = :remaining, seconds_left = :left where night_id = :id and ended_at is null"),
                        "now",
                        clock.instant())
                .bind("done", night.done())
                .bind("remaining", night.due() - night.done())
                .bind(
                        "left",
                        night.secondsLeft().isPresent() ? night.secondsLeft().getAsLong() : null)
                .bind("id", night.id())
                .execute();
    }

    private long insert(Handle handle, Instant startedAt, Instant now, int due) {
        return bind(
                        bind(
                                handle.createUpdate(
                                        "insert into pfm_server_night (node, started_at, seen_at, due, done,"
                                                + " merged, rejected, up_to_date, remaining)"
                                                + " values (:node, :started, :now, :due, 0, 0, 0, 0, :due)"),
                                "started",
                                startedAt),
                        "now",
                        now)
                .bind("node", node)
                .bind("due", due)
                .executeAndReturnGeneratedKeys("night_id")
                .mapTo(Long.class)
                .one();
    }

    private static int end(Handle handle, long id, LifecycleEvent.NightEnded ended, Instant now) {
        return bind(
                        handle.createUpdate(
                                "update pfm_server_night set seen_at = :now, ended_at = :now, due = :due,"
                                        + " done = :done, merged = :merged, rejected = :rejected, up_to_date = :upToDate,"
                                        + " remaining = :remaining, seconds_left = null, ended_early = :early where night_id = :id"),
                        "now",
                        now)
                .bind("due", ended.due())
                .bind("done", ended.due() - ended.left())
                .bind("merged", ended.merged())
                .bind("rejected", ended.rejected())
                .bind("upToDate", ended.upToDate())
                .bind("remaining", ended.left())
                .bind("early", ended.early().map(early -> early.cause().name()))
                .bind("id", id)
                .execute();
    }

    private static int forget(Handle handle) {
        return handle.createUpdate("delete from pfm_server_night where night_id < (select min(night_id) from"
                        + " (select night_id from pfm_server_night order by night_id desc limit :kept) newest)")
                .bind("kept", KEPT)
                .execute();
    }

    private Night asItIsNow(Night stored) {
        return running.values().stream()
                .filter(night -> night.id() == stored.nightId())
                .findFirst()
                .map(night -> new Night(
                        stored.nightId(),
                        stored.startedAt(),
                        Optional.empty(),
                        stored.node(),
                        stored.due(),
                        night.done(),
                        stored.merged(),
                        stored.rejected(),
                        stored.upToDate(),
                        night.due() - night.done(),
                        Optional.empty(),
                        true,
                        night.secondsLeft()))
                .orElse(stored);
    }

    private static Night read(ResultSet row, Instant silent) throws SQLException {
        Optional<Instant> endedAt = instantOrEmpty(row, "ended_at");
        Instant seenAt = instant(row, "seen_at");
        boolean lost = endedAt.isEmpty() && seenAt.isBefore(silent);
        long seconds = row.getLong("seconds_left");
        OptionalLong secondsLeft = row.wasNull() || lost ? OptionalLong.empty() : OptionalLong.of(seconds);
        return new Night(
                row.getLong("night_id"),
                instant(row, "started_at"),
                lost ? Optional.of(seenAt) : endedAt,
                row.getString("node"),
                row.getInt("due"),
                row.getInt("done"),
                row.getLong("merged"),
                row.getLong("rejected"),
                row.getInt("up_to_date"),
                row.getInt("remaining"),
                lost ? Optional.of(LOST) : Optional.ofNullable(row.getString("ended_early")),
                endedAt.isEmpty() && !lost,
                secondsLeft);
    }
}
