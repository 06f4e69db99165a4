/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.server.access.StoppableDatabase.Kind;
import io.privatefm.server.home.Pepper;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.UnavailableException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("Stored keys")
class StoredKeysTest {
    private static final Duration DAY = Duration.ofDays(1);

    private static Checked check(StoredKeys keys, IssuedKey issued) {
        return keys.check(Optional.of(issued.key()));
    }

    private static IssuedKey create(Scene scene, Duration life) {
        return scene.stored.create(
                ApiKey.Environment.LIVE, Set.of(Scope.READ, Scope.WRITE), "night job", Optional.of(life));
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("open what they were made for, in every process at once, and are listed as they were made")
    void made(Kind kind) throws SQLException {
        Scene scene = new Scene(kind);
        StoredKeys other = scene.anotherProcess();
        assertThat(other.list()).isEmpty();

        IssuedKey issued = create(scene, DAY);

        assertThat(other.list()).containsExactly(issued.stored());
        assertThat(issued.stored().scopes()).containsExactlyInAnyOrder(Scope.READ, Scope.WRITE);
        assertThat(issued.stored().expiresAt()).contains(scene.time.instant().plus(DAY));
        assertThat(check(other, issued).principal())
                .contains(new Principal(issued.key().id(), Set.of(Scope.READ, Scope.WRITE)));
        // one that is made after the other process read them
        IssuedKey later = create(scene, DAY);
        scene.time.advance(RecentKeys.AGAIN);
        assertThat(check(other, later).principal()).isPresent();
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("are in the database as hashes under the pepper: another pepper opens nothing")
    void hashed(Kind kind) throws SQLException {
        Scene scene = new Scene(kind);
        IssuedKey issued = create(scene, DAY);
        byte[] pepper = new byte[Pepper.BYTES];
        Arrays.fill(pepper, (byte) 1);
        StoredKeys other = new StoredKeys(scene.database, Pepper.of(pepper), scene.time, scene::nanos);

        assertThat(check(other, issued).reason()).isEqualTo("wrong secret of a stored key");
        try (Connection connection = scene.database.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select * from pfm_server_key")) {
            assertThat(rows.next()).isTrue();
            for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
                assertThat(String.valueOf(rows.getString(i)))
                        .doesNotContain(issued.key().text().split("_", -1)[3]);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("expire when they should, to the instant")
    void expiry(Kind kind) throws SQLException {
        Scene scene = new Scene(kind);
        IssuedKey issued = create(scene, DAY);

        scene.time.advance(DAY.minusNanos(1000));
        assertThat(check(scene.stored, issued).principal()).isPresent();
        scene.time.advance(Duration.ofNanos(1000));
        Checked ended = check(scene.stored, issued);

        assertThat(ended.principal()).isEmpty();
        assertThat(ended.name()).isEqualTo(issued.key().id());
        assertThat(ended.reason()).isEqualTo("expired key");
        scene.time.advance(Duration.ofDays(31)); // and then it is forgotten who had it
        assertThat(check(scene.stored, issued).reason()).isEqualTo("unknown key");
        assertThat(scene.stored.list()).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("are revoked at once in this process, and within ten seconds in every other")
    void revoked(Kind kind) throws SQLException {
        Scene scene = new Scene(kind);
        StoredKeys other = scene.anotherProcess();
        IssuedKey issued = create(scene, DAY);
        assertThat(check(other, issued).principal()).isPresent();

        StoredKey ended = scene.stored.revoke(issued.key().id());

        assertThat(ended.revokedAt()).contains(scene.time.instant());
        assertThat(check(scene.stored, issued).reason()).isEqualTo("revoked key");
        scene.time.advance(RecentKeys.FRESH.minusNanos(1));
        assertThat(check(other, issued).principal())
                .as("what was read is still used")
                .isPresent();
        scene.time.advance(Duration.ofNanos(1));
        assertThat(check(other, issued).principal()).isEmpty();
        assertThat(scene.stored.revoke(issued.key().id())).as("again").isEqualTo(ended);
        assertThatThrownBy(() -> scene.stored.revoke("nobodys"))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("there is no key nobodys");
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("are rotated: two are live for a time, then one, and never three")
    void rotated(Kind kind) throws SQLException {
        Scene scene = new Scene(kind);
        IssuedKey first = create(scene, Duration.ofDays(90));
        scene.time.advance(Duration.ofDays(80));

        IssuedKey second =
                scene.stored.rotate(ApiKey.Environment.LIVE, first.key().id(), DAY);

        assertThat(second.stored().scopes()).isEqualTo(first.stored().scopes());
        assertThat(second.stored().label()).isEqualTo("night job");
        assertThat(second.stored().replaces()).contains(first.key().id());
        assertThat(second.stored().expiresAt()).contains(scene.time.instant().plus(Duration.ofDays(90)));
        assertThat(check(scene.stored, first).principal()).isPresent();
        assertThat(check(scene.stored, second).principal()).isPresent();
        assertRefused(scene, first, "was made to replace key " + first.key().id() + " already");
        assertRefused(scene, second, "is live until");

        scene.time.advance(DAY);
        assertThat(check(scene.stored, first).reason()).isEqualTo("expired key");
        assertThat(check(scene.stored, second).principal()).isPresent();
        assertRefused(scene, first, "is not live any more");
        IssuedKey third =
                scene.stored.rotate(ApiKey.Environment.LIVE, second.key().id(), Duration.ZERO);
        assertThat(check(scene.stored, second).reason()).isEqualTo("expired key");
        assertThat(check(scene.stored, third).principal()).isPresent();
    }

    private static void assertRefused(Scene scene, IssuedKey key, String reason) {
        assertThatThrownBy(() ->
                        scene.stored.rotate(ApiKey.Environment.LIVE, key.key().id(), DAY))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining(reason);
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("that expire before the overlap is over are given no more time by a rotation")
    void shortOverlap(Kind kind) throws SQLException {
        Scene scene = new Scene(kind);
        IssuedKey first = create(scene, Duration.ofHours(1));

        scene.stored.rotate(ApiKey.Environment.LIVE, first.key().id(), DAY);

        assertThat(scene.stored.list().get(0).expiresAt())
                .isEqualTo(first.stored().expiresAt());
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("that two rotate at the same time are rotated once")
    void rotatedTwiceAtOnce(Kind kind) throws Exception {
        Scene scene = new Scene(kind);
        IssuedKey first = create(scene, DAY);
        CyclicBarrier start = new CyclicBarrier(2);
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            List<Future<Boolean>> both = threads.invokeAll(List.of(
                    () -> rotatedAfter(start, scene.stored, first), () -> rotatedAfter(start, scene.stored, first)));

            assertThat(List.of(both.get(0).get(), both.get(1).get())).containsExactlyInAnyOrder(true, false);
            assertThat(scene.stored.list()).hasSize(2);
        } finally {
            threads.shutdownNow();
        }
    }

    private static boolean rotatedAfter(CyclicBarrier start, StoredKeys keys, IssuedKey key) throws Exception {
        start.await();
        try {
            keys.rotate(ApiKey.Environment.LIVE, key.key().id(), DAY);
            return true;
        } catch (InvalidInputException e) {
            return false;
        }
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("are nobody's while the database does not answer, and work again when it does")
    void databaseDown(Kind kind) throws SQLException {
        Scene scene = new Scene(kind);
        IssuedKey issued = create(scene, DAY);
        scene.database.stop();

        assertThatThrownBy(() -> check(scene.stored, issued))
                .isInstanceOf(UnavailableException.class)
                .hasMessage("the stored keys cannot be read: the database does not answer");
        long asked = scene.database.asked();
        assertThatThrownBy(() -> check(scene.stored, issued)).isInstanceOf(UnavailableException.class);
        assertThat(scene.database.asked()).as("asked again at once").isEqualTo(asked);
        assertThatThrownBy(() -> create(scene, DAY)).isInstanceOf(UnavailableException.class);

        scene.database.start();
        scene.time.advance(RecentKeys.AGAIN);
        assertThat(check(scene.stored, issued).principal()).isPresent();
    }

    @Test
    @DisplayName("that were read work for ten seconds without a database, also while others ask for unknown ones")
    void shortlyDown() throws SQLException {
        Scene scene = new Scene(Kind.H2);
        IssuedKey issued = create(scene, DAY);
        IssuedKey unknown = new Scene(Kind.H2).key(Scope.READ);
        check(scene.stored, issued);
        scene.database.stop();
        scene.time.advance(RecentKeys.AGAIN);

        assertThatThrownBy(() -> check(scene.stored, unknown)).isInstanceOf(UnavailableException.class);
        assertThat(check(scene.stored, issued).principal()).isPresent();
        scene.time.advance(RecentKeys.FRESH);
        assertThatThrownBy(() -> check(scene.stored, issued)).isInstanceOf(UnavailableException.class);
    }

    @Test
    @DisplayName("that do not exist cost at most a query a second, and what is no key costs none")
    void unknownKeys() throws SQLException {
        Scene scene = new Scene(Kind.H2);
        IssuedKey unknown = new Scene(Kind.H2).key(Scope.READ);
        check(scene.stored, unknown);
        long asked = scene.database.asked();

        for (int i = 0; i < 100; i++) {
            assertThat(check(scene.stored, unknown).reason()).isEqualTo("unknown key");
            assertThat(scene.stored.check(Optional.empty()).reason()).isEqualTo("not a valid key");
        }
        assertThat(scene.database.asked()).isEqualTo(asked);
        scene.time.advance(RecentKeys.AGAIN);
        check(scene.stored, unknown);
        assertThat(scene.database.asked()).isEqualTo(asked + 1);
    }

    @Test
    @DisplayName("are refused without scope, with all of them, without a label, or with no life")
    void wrongTerms() throws SQLException {
        Scene scene = new Scene(Kind.H2);
        assertThatThrownBy(() -> create(scene, Set.of(), "x", DAY)).hasMessageContaining("needs a scope");
        assertThatThrownBy(() -> create(scene, Set.of(Scope.OPEN), "x", DAY)).hasMessageContaining("OPEN");
        assertThatThrownBy(() -> create(scene, Set.of(Scope.GUARDIAN, Scope.READ), "x", DAY))
                .hasMessageContaining("no other");
        for (String label : List.of("", "a\nb", "x".repeat(101))) {
            assertThatThrownBy(() -> create(scene, Set.of(Scope.READ), label, DAY))
                    .hasMessageContaining("label");
        }
        for (Duration life : List.of(Duration.ZERO, DAY.negated())) {
            assertThatThrownBy(() -> create(scene, Set.of(Scope.READ), "x", life))
                    .hasMessageContaining("life");
        }
        assertThat(scene.stored.list()).isEmpty();
        assertThat(create(scene, Set.of(Scope.GUARDIAN), "x", DAY).stored().scopes())
                .containsExactly(Scope.GUARDIAN);
    }

    private static IssuedKey create(Scene scene, Set<Scope> scopes, String label, Duration life) {
        return scene.stored.create(ApiKey.Environment.LIVE, scopes, label, Optional.of(life));
    }

    @Test
    @DisplayName("show neither key nor hash in their texts")
    void texts() throws SQLException {
        Scene scene = new Scene(Kind.H2);
        IssuedKey issued = create(scene, DAY);
        assertThat(issued + " " + scene.stored.list())
                .contains(issued.key().id())
                .doesNotContain(issued.key().text().split("_", -1)[3]);
    }
}
