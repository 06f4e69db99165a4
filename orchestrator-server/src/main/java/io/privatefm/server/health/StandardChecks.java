/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.health;

import io.privatefm.bus.redis.RedisEventBus;
import io.privatefm.core.Orchestrator;
import io.privatefm.server.config.BusUrl;
import io.privatefm.spi.bus.EventBus;
import io.privatefm.spi.foundation.FoundationRelease;
import io.privatefm.spi.foundation.FoundationStore;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Locale;
import javax.sql.DataSource;

/** How each component that the service consists of is looked at. */
public final class StandardChecks {
    private static final long LEAST_FREE = 64L << 20;
    private static final double GIB = 1L << 30;

    private StandardChecks() {}

    /** It answers a query. */
    public static ComponentCheck database(DataSource connections) {
        return ComponentCheck.required("database", () -> {
            try (Connection connection = connections.getConnection();
                    Statement statement = connection.createStatement();
                    ResultSet answer = statement.executeQuery("select 1")) {
                if (!answer.next()) {
                    throw new SQLException("no answer");
                }
                return connection.getMetaData().getDatabaseProductName();
            }
        });
    }

    /** It lists its releases, of which there is one. */
    public static ComponentCheck foundation(FoundationStore foundation) {
        return ComponentCheck.required("foundation_store", () -> {
            List<FoundationRelease> releases = foundation.releases();
            if (releases.isEmpty()) {
                throw new NoRelease();
            }
            return releases.size() + (releases.size() == 1 ? " release" : " releases");
        });
    }

    /** Its folder can be read and written to. */
    public static ComponentCheck keyVault(Path folder) {
        return ComponentCheck.required("key_vault", () -> {
            if (!Files.isReadable(folder)) {
                throw new AccessDeniedException("key vault");
            }
            write(folder);
            return "readable and writable";
        });
    }

    /** Its folder can be written to, and has room. */
    public static ComponentCheck blobs(Path home) {
        return ComponentCheck.useful("blobs", () -> {
            write(home);
            long free = Files.getFileStore(home).getUsableSpace();
            if (free < LEAST_FREE) {
                throw new DiskFull();
            }
            return String.format(Locale.ROOT, "writable, %.1f GiB free", free / GIB);
        });
    }

    /** It answers, where it is a server. */
    public static ComponentCheck bus(EventBus bus) {
        return ComponentCheck.useful("event_bus", () -> {
            if (bus instanceof RedisEventBus redis) {
                BusUrl.look(redis);
                return "Redis";
            }
            return "in this process";
        });
    }

    /** Its head can be read. */
    public static ComponentCheck audit(Orchestrator pfm) {
        return ComponentCheck.useful(
                "audit_log",
                () -> pfm.overview()
                        .audit()
                        .head()
                        .map(head -> "signed up to entry " + head.size())
                        .orElse("nothing is signed yet"));
    }

    private static void write(Path folder) throws IOException {
        Path file = Files.createTempFile(folder, "health-", ".tmp");
        try {
            Files.write(file, new byte[] {1});
        } finally {
            Files.delete(file);
        }
    }

    /** A foundation store without releases. */
    private static final class NoRelease extends Exception {
        private static final long serialVersionUID = 1L;

        NoRelease() {
            super("the foundation store has no release");
        }
    }

    /** Too little room for a blob. */
    private static final class DiskFull extends Exception {
        private static final long serialVersionUID = 1L;

        DiskFull() {
            super("less than " + LEAST_FREE + " bytes are free");
        }
    }
}
