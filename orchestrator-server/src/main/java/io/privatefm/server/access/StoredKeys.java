/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.access;

import io.privatefm.server.home.Pepper;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import javax.sql.DataSource;

/**
 * Keys in the table {@code pfm_server_key}: scoped, rotated, revoked, and stored as HMAC-SHA-256 under a pepper that is not in the
 * database. What another process does with them is known here within ten seconds. Safe for use by several threads at once.
 */
public final class StoredKeys {
    /** How many keys may be live at a time. */
    public static final int MOST = 1_000;

    private static final String PURPOSE = "api-key";
    private static final Pattern LABEL = Pattern.compile("[^\\p{Cntrl}]{1,100}");

    /** For how long it is known of an ended key that it was one, so that whoever still uses it is named in the log. */
    private static final Duration REMEMBERED = Duration.ofDays(30);

    private final KeyTable table;
    private final RecentKeys recent;
    private final Pepper pepper;
    private final InstantSource clock;
    private final SecureRandom random = new SecureRandom();
    private final HashedKey nobodys;

    /**
     * Keys in this database, whose tables are there.
     *
     * @param nanos a clock of nanoseconds that only goes forward, such as {@code System::nanoTime}: how long what was read is used
     */
    public StoredKeys(DataSource connections, Pepper pepper, InstantSource clock, LongSupplier nanos) {
        this.table = new KeyTable(connections);
        this.recent = new RecentKeys(this::known, nanos);
        this.pepper = pepper;
        this.clock = clock;
        byte[] drawn = new byte[32];
        random.nextBytes(drawn);
        StoredKey none =
                new StoredKey("", Set.of(), "", Instant.EPOCH, Optional.empty(), Optional.empty(), Optional.empty());
        this.nobodys = new HashedKey(none, HexFormat.of().formatHex(drawn));
    }

    /**
     * Makes a key.
     *
     * @param scopes at least one; not {@link Scope#OPEN}; {@link Scope#GUARDIAN} alone or not at all
     * @param label what it is for: 1 to 100 characters
     * @param life after which time it is worth nothing; empty for never
     * @throws InvalidInputException if an argument is out of its range, or {@value #MOST} keys are live
     */
    public IssuedKey create(ApiKey.Environment environment, Set<Scope> scopes, String label, Optional<Duration> life) {
        if (scopes.isEmpty() || scopes.contains(Scope.OPEN)) {
            throw invalid("a key needs a scope, and OPEN is none");
        }
        if (scopes.contains(Scope.GUARDIAN) && scopes.size() > 1) {
            throw invalid("a guardian's key has the scope GUARDIAN and no other");
        }
        if (!LABEL.matcher(label).matches()) {
            throw invalid("a label has 1 to 100 characters in one line");
        }
        if (life.filter(given -> given.isZero() || given.isNegative()).isPresent()) {
            throw invalid("a key's life must be longer than nothing");
        }
        Instant now = now();
        StoredKey terms =
                new StoredKey("", scopes, label, now, life.map(now::plus), Optional.empty(), Optional.empty());
        return changing(rows -> {
            long live = rows.liveAt(now).stream()
                    .filter(row -> row.key().state(now) == StoredKey.State.LIVE)
                    .count();
            if (live >= MOST) {
                throw invalid(MOST + " keys are live; revoke those that nobody needs");
            }
            return issue(rows, environment, terms);
        });
    }

    /** All keys that ever were, the oldest first. */
    public List<StoredKey> list() {
        return table.inTransaction(
                rows -> rows.all().stream().map(HashedKey::key).toList());
    }

    /**
     * Ends a key now; nothing if that was done before.
     *
     * @throws InvalidInputException if there is no such key
     */
    public StoredKey revoke(String id) {
        return changing(rows -> {
            StoredKey key = locked(rows, id);
            if (key.revokedAt().isEmpty()) {
                rows.revoke(id, now());
            }
            return locked(rows, id);
        });
    }

    /**
     * Makes a key of the same scopes, label and life, and has the old one expire. Until then both are live, never more of them.
     *
     * @param environment what the new key is for
     * @param overlap how long the old key still works, if it does not expire sooner
     * @throws InvalidInputException if there is no such key, it is not live, or a rotation of it is not over
     */
    public IssuedKey rotate(ApiKey.Environment environment, String id, Duration overlap) {
        if (overlap.isNegative()) {
            throw invalid("the overlap must not be negative");
        }
        return changing(rows -> {
            StoredKey old = locked(rows, id);
            Instant now = now();
            requireRotatable(rows, old, now);
            Optional<Instant> expires = old.expiresAt().map(end -> now.plus(Duration.between(old.createdAt(), end)));
            IssuedKey made = issue(
                    rows,
                    environment,
                    new StoredKey("", old.scopes(), old.label(), now, expires, Optional.empty(), Optional.of(id)));
            Instant end = now.plus(overlap);
            rows.expire(id, old.expiresAt().filter(end::isAfter).orElse(end));
            return made;
        });
    }

    /**
     * Whose key this is. Hashes and compares in any case.
     *
     * @param presented empty if what was presented is no key's text
     * @throws io.privatefm.spi.UnavailableException if the database does not answer
     */
    Checked check(Optional<ApiKey> presented) {
        Optional<HashedKey> found = presented.flatMap(key -> recent.find(key.id()));
        String hash = hash(presented.map(ApiKey::text).orElse(""));
        boolean right = found.orElse(nobodys).is(hash);
        if (presented.isEmpty()) {
            return Checked.wrong("not a valid key");
        }
        if (found.isEmpty()) {
            return Checked.wrong("unknown key");
        }
        if (!right) {
            return Checked.wrong("wrong secret of a stored key");
        }
        StoredKey key = found.get().key();
        return switch (key.state(clock.instant())) {
            case LIVE -> Checked.right(new Principal(key.id(), key.scopes()));
            case EXPIRED -> Checked.ended(key.id(), "expired key");
            case REVOKED -> Checked.ended(key.id(), "revoked key");
        };
    }

    private List<HashedKey> known() {
        return table.inTransaction(rows -> rows.liveAt(now().minus(REMEMBERED)));
    }

    private <T> T changing(KeyTable.Work<T> work) {
        T result = table.inTransaction(work);
        recent.forget();
        return result;
    }

    private IssuedKey issue(KeyTable.Rows rows, ApiKey.Environment environment, StoredKey terms) {
        ApiKey key = ApiKey.draw(environment, random);
        StoredKey stored = new StoredKey(
                key.id(),
                terms.scopes(),
                terms.label(),
                terms.createdAt(),
                terms.expiresAt(),
                terms.revokedAt(),
                terms.replaces());
        rows.insert(new HashedKey(stored, hash(key.text())));
        return new IssuedKey(key, stored);
    }

    private static void requireRotatable(KeyTable.Rows rows, StoredKey old, Instant now) {
        if (old.state(now) != StoredKey.State.LIVE) {
            throw invalid("key " + old.id() + " is not live any more; make a new one");
        }
        rows.replacementOf(old.id()).ifPresent(newer -> {
            throw invalid("key " + newer.id() + " was made to replace key " + old.id() + " already; rotate that one");
        });
        Optional<StoredKey> older = old.replaces().flatMap(rows::lock);
        older.filter(key -> key.state(now) == StoredKey.State.LIVE).ifPresent(key -> {
            throw invalid("key " + key.id() + ", which key " + old.id() + " replaces, is live until "
                    + key.expiresAt().map(Instant::toString).orElse("it is revoked")
                    + "; revoke it, or wait");
        });
    }

    private static StoredKey locked(KeyTable.Rows rows, String id) {
        return rows.lock(id).orElseThrow(() -> invalid("there is no key " + id));
    }

    private String hash(String text) {
        return HexFormat.of().formatHex(pepper.hash(PURPOSE, text));
    }

    /** Now, in the database's precision. */
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    private static InvalidInputException invalid(String message) {
        return new InvalidInputException(ErrorCode.INVALID_ARGUMENT, message);
    }
}
