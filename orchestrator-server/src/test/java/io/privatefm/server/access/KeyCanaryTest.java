/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.privatefm.core.Orchestrator;
import io.privatefm.modelstore.BlobDirectory;
import io.privatefm.modelstore.FoundationDirectory;
import io.privatefm.server.access.StoppableDatabase.Kind;
import io.privatefm.spi.observe.LifecycleEvent;
import io.privatefm.spi.store.AuditRow;
import io.privatefm.store.jdbc.JdbcStore;
import io.privatefm.store.jdbc.SchemaMode;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("The texts of keys")
class KeyCanaryTest {
    private static final String GUESS = "guess-guess-guess-guess-guess-guess";

    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource
    @DisplayName(
            "are in no log, audit entry, event, error or text of an object, right or wrong, with a database or without")
    void nowhere(Kind kind) throws Exception {
        Files.createDirectory(folder.resolve("foundation"));
        StoppableDatabase database = StoppableDatabase.withStore(kind);
        Scene scene = new Scene(database);
        JdbcStore store = JdbcStore.open(database, SchemaMode.VALIDATE);
        List<LifecycleEvent> events = new ArrayList<>();
        List<Object> shown = new ArrayList<>();
        List<String> secrets = new ArrayList<>(List.of(Scene.SERVICE_KEY, Scene.GUARDIAN_KEY, GUESS));
        try (SecurityLog log = SecurityLog.record();
                Orchestrator pfm = Orchestrator.builder(
                                store,
                                BlobDirectory.at(folder.resolve("blobs")),
                                FoundationDirectory.at(folder.resolve("foundation")))
                        .addListener(events::add)
                        .build()) {
            Access access = new Access(scene.environment, scene.stored, pfm.security()::refused, scene::nanos);
            IssuedKey live = scene.key(Scope.READ);
            IssuedKey revoked = scene.key(Scope.READ);
            shown.add(scene.stored.revoke(revoked.key().id()));
            IssuedKey rotated =
                    scene.stored.rotate(ApiKey.Environment.LIVE, live.key().id(), Duration.ofHours(1));
            ApiKey unknown = ApiKey.draw(ApiKey.Environment.LIVE, new Random(1));
            for (ApiKey key : List.of(live.key(), revoked.key(), rotated.key(), unknown)) {
                secrets.add(key.text().split("_", -1)[3]);
            }
            shown.addAll(
                    List.of(live, revoked, rotated, unknown, scene.environment, scene.stored, scene.stored.list()));

            List<String> presented = List.of(
                    GUESS,
                    revoked.key().text(),
                    unknown.text(),
                    live.key().text(),
                    Scene.SERVICE_KEY,
                    Scene.GUARDIAN_KEY);
            presented.forEach(key -> shown.addAll(tryAll(access, key)));
            assertThat(entries(store)).hasSizeGreaterThan(10);
            assertThat(events).hasSameSizeAs(entries(store));
            shown.addAll(entries(store));
            database.stop();
            scene.time.advance(RecentKeys.FRESH);
            presented.forEach(key -> shown.addAll(tryAll(access, key)));

            shown.addAll(events);
            shown.add(log.text());
            assertThat(log.text()).contains("access refused", "could not be written to the audit log");
        }
        String all = String.join("\n", shown.stream().map(String::valueOf).toList());
        assertThat(all).contains("revoked key", "the database does not answer");
        secrets.forEach(
                secret -> assertThat(all.contains(secret)).as("a key is shown").isFalse());
    }

    /** Shows a key in every place where one can be shown; gives what can be seen of that. */
    private static List<Object> tryAll(Access access, String key) {
        List<Object> seen = new ArrayList<>();
        for (Credentials given : List.of(
                Scene.withKey(key),
                Scene.asGuardian(key, "anne"),
                new Credentials(Optional.of(key), Optional.of(key), Optional.empty()))) {
            seen.add(given);
            for (Scope wanted : List.of(Scope.WRITE, Scope.GUARDIAN)) {
                Throwable refusal = catchThrowable(() -> access.admit(wanted, given, Scene.ACTION, Scene.SOURCE));
                seen.add(refusal == null ? "admitted" : trace(refusal));
            }
        }
        return seen;
    }

    private static List<AuditRow> entries(JdbcStore store) {
        return store.inTransaction(tx -> tx.audit().unsequenced(1000));
    }

    private static String trace(Throwable thrown) {
        StringWriter text = new StringWriter();
        thrown.printStackTrace(new PrintWriter(text, true));
        return text.toString();
    }
}
