/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.access;

import io.privatefm.server.home.Pepper;
import io.privatefm.testkit.SimulatedTime;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** An access control with keys in a real database, a clock that a test moves, and what was recorded of refusals. */
final class Scene {
    static final String SERVICE_KEY = "service-key-service-key-service-key";
    static final String GUARDIAN_KEY = "guardian-key-guardian-key-guardian-key";
    static final String SOURCE = "192.0.2.7";
    static final String ACTION = "POST /api/v1/namespaces/{learner_id}/merge";

    private static final Instant START = Instant.parse("2026-03-01T02:00:00Z");

    /** What was recorded of one refusal. */
    record Refused(String principal, String action, String reason) {}

    final SimulatedTime time = new SimulatedTime(START);
    final List<Refused> refused = new ArrayList<>();
    final StoppableDatabase database;
    final EnvironmentKeys environment = new EnvironmentKeys(Optional.of(SERVICE_KEY), Optional.of(GUARDIAN_KEY));
    final StoredKeys stored;
    final Access access;

    Scene(StoppableDatabase.Kind kind) throws SQLException {
        this(StoppableDatabase.empty(kind));
    }

    Scene(StoppableDatabase database) {
        this.database = database;
        stored = anotherProcess();
        access = new Access(
                environment,
                stored,
                (principal, action, reason) -> refused.add(new Refused(principal, action, reason)),
                this::nanos);
    }

    /** The same stored keys as another process has them. */
    StoredKeys anotherProcess() {
        return new StoredKeys(database, Pepper.of(new byte[Pepper.BYTES]), time, this::nanos);
    }

    long nanos() {
        return Duration.between(START, time.instant()).toNanos();
    }

    IssuedKey key(Scope... scopes) {
        return stored.create(ApiKey.Environment.LIVE, Set.of(scopes), "test", Optional.empty());
    }

    Principal admit(Scope wanted, String key) {
        return admit(wanted, key, SOURCE);
    }

    Principal admit(Scope wanted, String key, String source) {
        return access.admit(wanted, withKey(key), ACTION, source);
    }

    Principal admitGuardian(String guardianKey, String guardianId, String source) {
        return access.admit(Scope.GUARDIAN, asGuardian(guardianKey, guardianId), ACTION, source);
    }

    static Credentials withKey(String key) {
        return new Credentials(Optional.of(key), Optional.empty(), Optional.empty());
    }

    static Credentials asGuardian(String guardianKey, String guardianId) {
        return new Credentials(Optional.empty(), Optional.of(guardianKey), Optional.of(guardianId));
    }
}
