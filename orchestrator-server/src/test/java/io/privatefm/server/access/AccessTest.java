/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.privatefm.server.access.StoppableDatabase.Kind;
import io.privatefm.spi.UnavailableException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("Access")
class AccessTest {
    private static final String WRONG = "wrong-key-wrong-key-wrong-key-wrong-key";
    private static final String ELSEWHERE = "198.51.100.9";
    private static final String ANNE = "anne";

    private Scene scene;

    @BeforeEach
    void makeScene() throws SQLException {
        scene = new Scene(Kind.H2);
    }

    private static AccessException refused(Runnable attempt) {
        AccessException refusal = catchThrowableOfType(AccessException.class, attempt::run);
        assertThat(refusal).as("refusal").isNotNull();
        return refusal;
    }

    private AccessException.Kind kindOf(Scope wanted, String key) {
        return refused(() -> scene.admit(wanted, key)).kind();
    }

    /** As many wrong attempts as are answered as such. */
    private void failOften(String source) {
        for (int i = 0; i < Access.FAILURES_PER_MINUTE; i++) {
            assertThat(refused(() -> scene.admit(Scope.READ, WRONG, source)).kind())
                    .isEqualTo(AccessException.Kind.UNAUTHENTICATED);
        }
    }

    @Test
    @DisplayName("asks nobody for a key where nothing is asked for")
    void open() {
        scene.database.stop();
        assertThat(scene.access
                        .admit(Scope.OPEN, Credentials.NONE, "GET /api/v1/health/live", Scene.SOURCE)
                        .scopes())
                .containsExactly(Scope.OPEN);
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "OPEN")
    @DisplayName("gives each key what it is for: the service all but guardianship, the guardian that alone")
    void environmentScopes(Scope wanted) {
        if (wanted == Scope.GUARDIAN) {
            assertThat(scene.admitGuardian(Scene.GUARDIAN_KEY, ANNE, Scene.SOURCE)
                            .id())
                    .isEqualTo("guardian");
            assertThat(refused(() -> scene.admitGuardian(Scene.SERVICE_KEY, ANNE, Scene.SOURCE))
                            .kind())
                    .isEqualTo(AccessException.Kind.FORBIDDEN);
        } else {
            assertThat(scene.admit(wanted, Scene.SERVICE_KEY).id()).isEqualTo("service");
            assertThat(kindOf(wanted, Scene.GUARDIAN_KEY)).isEqualTo(AccessException.Kind.FORBIDDEN);
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "OPEN")
    @DisplayName("gives a stored key the scopes that it was made with, and no other")
    void storedScopes(Scope made) {
        IssuedKey issued = scene.key(made);
        String key = issued.key().text();
        for (Scope wanted : EnumSet.complementOf(EnumSet.of(Scope.OPEN))) {
            Optional<AccessException> refusal = Optional.ofNullable(catchThrowableOfType(
                    AccessException.class,
                    () -> scene.access.admit(
                            wanted,
                            new Credentials(
                                    wanted == Scope.GUARDIAN ? Optional.empty() : Optional.of(key),
                                    Optional.of(key),
                                    Optional.of(ANNE)),
                            Scene.ACTION,
                            Scene.SOURCE)));
            assertThat(refusal.map(AccessException::kind))
                    .as("%s with %s", wanted, made)
                    .isEqualTo(wanted == made ? Optional.empty() : Optional.of(AccessException.Kind.FORBIDDEN));
        }
    }

    @Test
    @DisplayName(
            "tells a caller the same of no key, a wrong one, an unknown, an expired and a revoked one; operators know more")
    void sameAnswer() throws SQLException {
        IssuedKey expired = scene.stored.create(
                ApiKey.Environment.LIVE, EnumSet.of(Scope.READ), "x", Optional.of(Duration.ofHours(1)));
        IssuedKey revoked = scene.key(Scope.READ);
        scene.stored.revoke(revoked.key().id());
        scene.time.advance(Duration.ofHours(1));
        IssuedKey unknown = new Scene(Kind.H2).key(Scope.READ);

        String answer = refused(() -> scene.access.admit(Scope.READ, Credentials.NONE, Scene.ACTION, Scene.SOURCE))
                .getMessage();
        for (String key : new String[] {
            "", WRONG, unknown.key().text(), expired.key().text(), revoked.key().text()
        }) {
            AccessException refusal = refused(() -> scene.admit(Scope.READ, key));
            assertThat(refusal.kind()).isEqualTo(AccessException.Kind.UNAUTHENTICATED);
            assertThat(refusal).hasMessage(answer);
        }

        assertThat(scene.refused)
                .containsExactly(
                        new Scene.Refused("unknown", Scene.ACTION, "no key"),
                        new Scene.Refused("unknown", Scene.ACTION, "not a valid key"),
                        new Scene.Refused("unknown", Scene.ACTION, "not a valid key"),
                        new Scene.Refused("unknown", Scene.ACTION, "unknown key"),
                        new Scene.Refused(expired.key().id(), Scene.ACTION, "expired key"),
                        new Scene.Refused(revoked.key().id(), Scene.ACTION, "revoked key"));
    }

    @Test
    @DisplayName("asks a guardian for a key, for a name, and for nothing else")
    void guardians() {
        assertThat(refused(() -> scene.access.admit(
                                Scope.GUARDIAN, Scene.withKey(Scene.SERVICE_KEY), Scene.ACTION, Scene.SOURCE))
                        .kind())
                .isEqualTo(AccessException.Kind.UNAUTHENTICATED);
        assertThat(refused(() -> scene.admitGuardian(WRONG, ANNE, Scene.SOURCE)).kind())
                .isEqualTo(AccessException.Kind.UNAUTHENTICATED);
        assertThat(refused(() -> scene.admitGuardian(Scene.GUARDIAN_KEY, "  ", Scene.SOURCE))
                        .kind())
                .isEqualTo(AccessException.Kind.FORBIDDEN);
        assertThat(scene.admitGuardian(Scene.GUARDIAN_KEY, ANNE, Scene.SOURCE)).isEqualTo(EnvironmentKeys.GUARDIAN);
    }

    @Test
    @DisplayName("wants an API key that a guardian sends along to be right too")
    void guardianWithKey() {
        Credentials right =
                new Credentials(Optional.of(Scene.SERVICE_KEY), Optional.of(Scene.GUARDIAN_KEY), Optional.of(ANNE));
        Credentials wrong = new Credentials(Optional.of(WRONG), Optional.of(Scene.GUARDIAN_KEY), Optional.of(ANNE));

        assertThat(scene.access.admit(Scope.GUARDIAN, right, Scene.ACTION, Scene.SOURCE))
                .isEqualTo(EnvironmentKeys.GUARDIAN);
        assertThat(refused(() -> scene.access.admit(Scope.GUARDIAN, wrong, Scene.ACTION, Scene.SOURCE))
                        .kind())
                .isEqualTo(AccessException.Kind.UNAUTHENTICATED);
    }

    @Test
    @DisplayName("lets the environment's keys in while the database does not answer, and no stored one")
    void databaseDown() {
        String stored = scene.key(Scope.READ).key().text();
        scene.database.stop();

        assertThat(scene.admit(Scope.READ, Scene.SERVICE_KEY).id()).isEqualTo("service");
        assertThat(scene.admitGuardian(Scene.GUARDIAN_KEY, ANNE, Scene.SOURCE).id())
                .isEqualTo("guardian");
        assertThatThrownBy(() -> scene.admit(Scope.READ, stored)).isInstanceOf(UnavailableException.class);
        assertThatThrownBy(() -> scene.admitGuardian(stored, ANNE, Scene.SOURCE))
                .isInstanceOf(UnavailableException.class);
        assertThat(kindOf(Scope.READ, WRONG)).isEqualTo(AccessException.Kind.UNAUTHENTICATED);
    }

    @Test
    @DisplayName("takes a key of the environment that looks like a stored one without asking the database")
    void drawnEnvironmentKey() {
        String drawn = ApiKey.draw(ApiKey.Environment.DEV, new Random(1)).text();
        Access access = new Access(
                new EnvironmentKeys(Optional.of(drawn), Optional.empty()),
                scene.stored,
                (principal, action, reason) -> {},
                scene::nanos);
        scene.database.stop();

        assertThat(access.admit(Scope.READ, Scene.withKey(drawn), Scene.ACTION, Scene.SOURCE)
                        .id())
                .isEqualTo("service");
    }

    @Test
    @DisplayName("lets nobody in by a key that is not set")
    void noEnvironmentKeys() {
        Access access = new Access(
                new EnvironmentKeys(Optional.empty(), Optional.empty()),
                scene.stored,
                (principal, action, reason) -> {},
                scene::nanos);
        assertThat(refused(() -> access.admit(Scope.READ, Scene.withKey(""), Scene.ACTION, Scene.SOURCE))
                        .kind())
                .isEqualTo(AccessException.Kind.UNAUTHENTICATED);
    }

    @Test
    @DisplayName("ends a flood from one address: no audit entry, no line; other addresses notice nothing")
    void flood() {
        try (SecurityLog log = SecurityLog.record()) {
            failOften(Scene.SOURCE);
            for (int i = 0; i < 1000; i++) {
                AccessException refusal = refused(() -> scene.admit(Scope.READ, WRONG));
                assertThat(refusal.kind()).isEqualTo(AccessException.Kind.TOO_MANY_REQUESTS);
                assertThat(refusal.retryAfter()).contains(Duration.ofSeconds(60 / Access.FAILURES_PER_MINUTE));
            }
            assertThat(scene.refused).hasSize(Access.FAILURES_PER_MINUTE);
            assertThat(log.security()).hasSize(Access.FAILURES_PER_MINUTE);
        }
        assertThat(kindOf(Scope.READ, "")).isEqualTo(AccessException.Kind.TOO_MANY_REQUESTS);
        assertThat(refused(() -> scene.admit(Scope.READ, WRONG, ELSEWHERE)).kind())
                .isEqualTo(AccessException.Kind.UNAUTHENTICATED);
        assertThat(scene.database.asked()).as("what is no key is not looked up").isZero();

        scene.time.advance(Duration.ofSeconds(3));
        assertThat(kindOf(Scope.READ, WRONG)).isEqualTo(AccessException.Kind.UNAUTHENTICATED);
        assertThat(kindOf(Scope.READ, WRONG)).isEqualTo(AccessException.Kind.TOO_MANY_REQUESTS);
    }

    @Test
    @DisplayName(
            "lets a right key in whatever comes from its address, of the environment or stored, and counts it as no failure")
    void rightKeyInAFlood() {
        String stored = scene.key(Scope.READ).key().text();
        String revoked = scene.key(Scope.READ).key().text();
        scene.stored.revoke(ApiKey.parse(revoked).orElseThrow().id());
        failOften(Scene.SOURCE);
        for (int i = 0; i < 100; i++) {
            assertThat(kindOf(Scope.READ, WRONG)).isEqualTo(AccessException.Kind.TOO_MANY_REQUESTS);
            assertThat(scene.admit(Scope.READ, Scene.SERVICE_KEY).id()).isEqualTo("service");
            assertThat(scene.admit(Scope.READ, stored).scopes()).containsExactly(Scope.READ);
        }
        assertThat(kindOf(Scope.READ, revoked)).isEqualTo(AccessException.Kind.TOO_MANY_REQUESTS);
        assertThat(kindOf(Scope.EXPORT, stored)).isEqualTo(AccessException.Kind.FORBIDDEN);

        scene.time.advance(Duration.ofSeconds(3));
        assertThat(kindOf(Scope.READ, WRONG)).isEqualTo(AccessException.Kind.UNAUTHENTICATED);
    }

    @Test
    @DisplayName("counts a network of IPv6 as one address, and no failure against who is right")
    void addresses() {
        for (int i = 0; i < Access.FAILURES_PER_MINUTE; i++) {
            String source = "2001:db8:1:2::" + Integer.toHexString(i + 1);
            assertThat(refused(() -> scene.admit(Scope.READ, WRONG, source)).kind())
                    .isEqualTo(AccessException.Kind.UNAUTHENTICATED);
        }
        assertThat(refused(() -> scene.admit(Scope.READ, WRONG, "2001:db8:1:2:ffff::1"))
                        .kind())
                .isEqualTo(AccessException.Kind.TOO_MANY_REQUESTS);
        for (String other : new String[] {"2001:db8:1:3::1", "::ffff:192.0.2.1", "no:address", "[::1]"}) {
            assertThat(refused(() -> scene.admit(Scope.READ, WRONG, other)).kind())
                    .as(other)
                    .isEqualTo(AccessException.Kind.UNAUTHENTICATED);
            for (int i = 0; i < 2 * Access.FAILURES_PER_MINUTE; i++) {
                assertThat(scene.admit(Scope.READ, Scene.SERVICE_KEY, other).id())
                        .isEqualTo("service");
            }
        }
    }

    @Test
    @DisplayName("looks at a guardian's key whatever comes from their address")
    void guardianInAFlood() {
        String stored = scene.key(Scope.GUARDIAN).key().text();
        failOften(Scene.SOURCE);
        for (int i = 0; i < 100; i++) {
            refused(() -> scene.admitGuardian(WRONG, ANNE, Scene.SOURCE));
        }
        assertThat(scene.refused).as("audit entries").hasSize(2 * Access.FAILURES_PER_MINUTE);
        assertThat(refused(() -> scene.admitGuardian(WRONG, ANNE, Scene.SOURCE)).kind())
                .isEqualTo(AccessException.Kind.TOO_MANY_REQUESTS);

        assertThat(scene.admitGuardian(Scene.GUARDIAN_KEY, ANNE, Scene.SOURCE).id())
                .isEqualTo("guardian");
        assertThat(scene.admitGuardian(stored, ANNE, Scene.SOURCE).scopes()).containsExactly(Scope.GUARDIAN);
    }

    @Test
    @DisplayName("bounds what one key is refused for, and lets it do what it may")
    void forbiddenFlood() {
        String key = scene.key(Scope.READ).key().text();
        for (int i = 0; i < Access.FAILURES_PER_MINUTE; i++) {
            assertThat(kindOf(Scope.EXPORT, key)).isEqualTo(AccessException.Kind.FORBIDDEN);
        }
        assertThat(kindOf(Scope.EXPORT, key)).isEqualTo(AccessException.Kind.TOO_MANY_REQUESTS);
        assertThat(scene.refused).hasSize(Access.FAILURES_PER_MINUTE);
        scene.admit(Scope.READ, key);
        scene.admit(Scope.EXPORT, Scene.SERVICE_KEY);
    }

    @Test
    @DisplayName("writes one line for each refusal, with what was tried, who it was, why and from where")
    void line() {
        String id = scene.key(Scope.READ).key().id();
        try (SecurityLog log = SecurityLog.record()) {
            kindOf(Scope.READ, WRONG);
            assertThat(log.security())
                    .containsExactly("WARN access refused [action=\"" + Scene.ACTION
                            + "\", principal=\"unknown\", reason=\"not a valid key\", source=\"192.0.2.7\"]");
        }
        assertThat(id).isNotEqualTo("unknown");
    }

    @Test
    @DisplayName("refuses all the same when the audit log cannot be written, and says so in the log")
    void auditDown() {
        Access access = new Access(
                scene.environment,
                scene.stored,
                (principal, action, reason) -> {
                    throw new UnavailableException("the database does not answer");
                },
                scene::nanos);
        try (SecurityLog log = SecurityLog.record()) {
            assertThat(refused(() -> access.admit(Scope.READ, Scene.withKey(WRONG), Scene.ACTION, Scene.SOURCE))
                            .kind())
                    .isEqualTo(AccessException.Kind.UNAUTHENTICATED);
            assertThat(log.security()).hasSize(2);
            assertThat(log.security().get(1))
                    .startsWith("ERROR a refused access could not be written to the audit log")
                    .contains("the database does not answer");
        }
    }
}
