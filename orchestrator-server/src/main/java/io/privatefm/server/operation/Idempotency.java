/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.operation;

import static io.privatefm.server.schema.ServerTables.bind;
import static io.privatefm.server.schema.ServerTables.instant;

import io.privatefm.server.schema.ServerTables;
import io.privatefm.spi.ConflictException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;

/**
 * Requests that are done once, however often they are sent, by whichever threads and processes of the service they are taken, for 24
 * hours:
 *
 * <ul>
 *   <li>the same key with the same request: what was answered the first time, again;
 *   <li>the same key while the first request is under way: a conflict, to be tried again;
 *   <li>the same key after a process died in the middle: the request is done, from its beginning, a minute after it was begun;
 *   <li>the same key after a request that was refused: it is done, since nothing came of it;
 *   <li>the same key after a request of which it is not known what came of it: it is done, from its beginning;
 *   <li>the same key with another request: refused, and nothing is done.
 * </ul>
 *
 * <p>The database holds neither keys nor requests, but codes of both under a secret. Safe for use by several threads at once.
 */
public final class Idempotency {
    /** How long a key is remembered. */
    public static final Duration KEPT = Duration.ofHours(24);

    /** After this long somebody who has begun a request has died. */
    private static final Duration GIVEN_UP = Duration.ofMinutes(1);

    private final ServerTables tables;
    private final RequestCodes codes;
    private final InstantSource clock;

    /**
     * @param connections to the database with the service's tables
     * @param pepper at least 32 secret bytes, the same in all processes and after a restart
     */
    public Idempotency(DataSource connections, byte[] pepper, InstantSource clock) {
        this.tables = new ServerTables(connections);
        this.codes = new RequestCodes(pepper);
        this.clock = clock;
    }

    /**
     * Begins a request.
     *
     * @param fingerprint the same text for the same request, and for no other
     * @throws ConflictException if the same request is being done by another thread or process just now
     */
    public Remembered begin(IdempotencyKey key, String fingerprint) {
        return tables.inTransaction(handle -> begin(handle, key, fingerprint, Optional.empty()));
    }

    /** Remembers what a request that was {@link Remembered.New} led to. */
    public void complete(IdempotencyKey key, String answer) {
        tables.inTransaction(
                handle -> handle.createUpdate("update pfm_server_request set answer = :answer where request = :request")
                        .bind("answer", answer)
                        .bind("request", request(key))
                        .execute());
    }

    /** Forgets a request that was {@link Remembered.New} and led to nothing: sent again, it is new. */
    public void abandon(IdempotencyKey key) {
        tables.inTransaction(handle -> handle.createUpdate(
                        "delete from pfm_server_request where request = :request and answer is null")
                .bind("request", request(key))
                .execute());
    }

    /**
     * Gives up a request that was {@link Remembered.New}, and may have led to something or not: sent again, it is {@link
     * Remembered.New#again()}.
     */
    public void release(IdempotencyKey key) {
        Instant over = clock.instant().minus(GIVEN_UP).minusSeconds(1);
        tables.inTransaction(handle -> bind(
                        handle.createUpdate("update pfm_server_request set begun_at = :over"
                                + " where request = :request and answer is null"),
                        "over",
                        over)
                .bind("request", request(key))
                .execute());
    }

    /**
     * The same within somebody's transaction.
     *
     * @param answer what the request leads to if it is new, where that is known beforehand
     */
    Remembered begin(Handle handle, IdempotencyKey key, String fingerprint, Optional<String> answer) {
        Instant now = clock.instant();
        String request = request(key);
        String content = codes.of("content", request, fingerprint);
        bind(
                        handle.createUpdate(
                                "delete from pfm_server_request where request = :request and begun_at <= :expired"),
                        "expired",
                        now.minus(KEPT))
                .bind("request", request)
                .execute();
        Optional<Row> found = handle.createQuery(
                        "select content, answer, begun_at from pfm_server_request where request = :request")
                .bind("request", request)
                .map((row, context) -> new Row(
                        row.getString("content"),
                        Optional.ofNullable(row.getString("answer")),
                        instant(row, "begun_at")))
                .findOne();
        if (found.isEmpty()) {
            bind(
                            handle.createUpdate("insert into pfm_server_request (request, content, answer, begun_at)"
                                    + " values (:request, :content, :answer, :now)"),
                            "now",
                            now)
                    .bind("request", request)
                    .bind("content", content)
                    .bind("answer", answer)
                    .execute();
            return new Remembered.New(false);
        }
        if (!found.get().content().equals(content)) {
            return new Remembered.Different();
        }
        return found.get().answer().isPresent()
                ? new Remembered.Same(found.get().answer().get())
                : takeOver(handle, request, found.get().begunAt(), now);
    }

    /** What a row says. */
    private record Row(String content, Optional<String> answer, Instant begunAt) {}

    private static Remembered takeOver(Handle handle, String request, Instant begunAt, Instant now) {
        boolean first = begunAt.plus(GIVEN_UP).isBefore(now)
                && bind(
                                        bind(
                                                handle.createUpdate("update pfm_server_request set begun_at = :now"
                                                        + " where request = :request and begun_at = :begun"),
                                                "now",
                                                now),
                                        "begun",
                                        begunAt)
                                .bind("request", request)
                                .execute()
                        == 1;
        if (!first) {
            throw new ConflictException("the same request, with the same Idempotency-Key, is being done; try again");
        }
        return new Remembered.New(true);
    }

    /** Removes what is older than it needs to be. */
    static int forget(Handle handle, Instant now) {
        return bind(
                        handle.createUpdate("delete from pfm_server_request where begun_at <= :expired"),
                        "expired",
                        now.minus(KEPT))
                .execute();
    }

    private String request(IdempotencyKey key) {
        return codes.of("request", key.principal(), key.route(), key.key());
    }
}
