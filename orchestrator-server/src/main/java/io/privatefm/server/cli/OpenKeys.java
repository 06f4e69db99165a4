/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.privatefm.server.access.ApiKey;
import io.privatefm.server.access.IssuedKey;
import io.privatefm.server.access.StoredKey;
import io.privatefm.server.access.StoredKeys;
import io.privatefm.server.home.HomeDatabase;
import io.privatefm.server.schema.ServerSchema;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;

/** The stored keys of a data directory, opened. */
final class OpenKeys implements AutoCloseable {
    private static final InstantSource CLOCK = InstantSource.system();

    private final HomeDatabase database;
    private final StoredKeys keys;
    private final KeyAudit audit;

    private OpenKeys(HomeDatabase database, StoredKeys keys, KeyAudit audit) {
        this.database = database;
        this.keys = keys;
        this.audit = audit;
    }

    static OpenKeys of(Home home) {
        HomeDatabase database = home.openDatabase();
        try {
            ServerSchema.migrate(database.connections());
            return new OpenKeys(
                    database,
                    new StoredKeys(database.connections(), home.pepper(), CLOCK, System::nanoTime),
                    new KeyAudit(home, database));
        } catch (RuntimeException | Error e) {
            database.close();
            throw e;
        }
    }

    StoredKeys keys() {
        return keys;
    }

    /** What was done to them is written down here, before a new key is shown. */
    KeyAudit audit() {
        return audit;
    }

    /** What {@code --dev} says. */
    static ApiKey.Environment environment(boolean dev) {
        return dev ? ApiKey.Environment.DEV : ApiKey.Environment.LIVE;
    }

    /** A key that was made just now, with the key itself. */
    static ObjectNode json(IssuedKey issued) {
        return json(issued.stored()).put("key", issued.key().text());
    }

    /** What is known of a key. */
    static ObjectNode json(StoredKey key) {
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("id", key.id());
        ArrayNode scopes = json.putArray("scopes");
        names(key).forEach(scopes::add);
        json.put("label", key.label())
                .put("state", key.state(CLOCK.instant()).name())
                .put("created_at", key.createdAt().toString());
        key.expiresAt().ifPresent(end -> json.put("expires_at", end.toString()));
        key.revokedAt().ifPresent(end -> json.put("revoked_at", end.toString()));
        key.replaces().ifPresent(old -> json.put("replaces", old));
        return json;
    }

    /** The same in a line. */
    static String line(StoredKey key) {
        return key.id() + "  " + key.state(CLOCK.instant()) + "  " + String.join(",", names(key)) + "  made "
                + key.createdAt()
                + key.expiresAt().map(end -> ", expires " + end).orElse("")
                + key.revokedAt().map(end -> ", revoked " + end).orElse("")
                + key.replaces().map(old -> ", replaces " + old).orElse("") + ": " + key.label();
    }

    @Override
    public void close() {
        database.close();
    }

    /** The names of its scopes. */
    static List<String> names(StoredKey key) {
        return key.scopes().stream()
                .sorted()
                .map(scope -> scope.name().toLowerCase(Locale.ROOT))
                .toList();
    }
}
