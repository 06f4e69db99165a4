/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.events;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.privatefm.bus.redis.RedisEventBus;
import io.privatefm.core.Orchestrator;
import io.privatefm.core.OrchestratorBuilder;
import io.privatefm.modelstore.AdapterDirectory;
import io.privatefm.modelstore.BlobDirectory;
import io.privatefm.modelstore.FoundationDirectory;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.bus.EventBus;
import io.privatefm.store.jdbc.JdbcStore;
import io.privatefm.store.jdbc.SchemaMode;
import io.privatefm.testkit.FloatType;
import io.privatefm.testkit.TinyAdapters;
import io.privatefm.testkit.TinyModel;
import io.privatefm.testkit.TinyModels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;

/** A data directory with a tiny foundation, the trainers' adapters, and where database and broker are. */
final class StormHome {
    /** How many adapters the trainers have made. */
    static final int ADAPTERS = 8;

    private static final TinyModel MODEL = TinyModels.gpt2(1, FloatType.F32);
    private static final Duration LEASE = Duration.ofMillis(500);
    private static final int CONNECTIONS = 10;

    private final Path home;

    StormHome(Path home) {
        this.home = home;
    }

    void prepare(String database, String redis) throws Exception {
        Files.writeString(home.resolve("database"), database);
        Files.writeString(home.resolve("redis"), redis);
        MODEL.writeTo(home.resolve("foundation").resolve("r1"));
        for (int number = 0; number < ADAPTERS; number++) {
            TinyAdapters.plain(MODEL, number, "c_attn")
                    .writeTo(home.resolve("trained").resolve(reference(number)));
        }
    }

    /** How the adapter store calls an adapter. */
    static String reference(int number) {
        return "adapter-" + number;
    }

    /** SHA-256 of an adapter's weights, as its trainer announces it. */
    Sha256 sha256(int number) throws Exception {
        Path weights = home.resolve("trained").resolve(reference(number)).resolve("adapter_model.safetensors");
        return Sha256.of(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(weights)));
    }

    HikariDataSource database() throws Exception {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(Files.readString(home.resolve("database")));
        config.setMaximumPoolSize(CONNECTIONS);
        return new HikariDataSource(config);
    }

    RedisEventBus bus() throws Exception {
        return RedisEventBus.builder(Files.readString(home.resolve("redis")))
                .activeTime(LEASE)
                .open();
    }

    OrchestratorBuilder orchestrator(HikariDataSource database, EventBus bus) {
        return Orchestrator.builder(
                        JdbcStore.open(database, SchemaMode.MIGRATE),
                        BlobDirectory.at(home),
                        FoundationDirectory.at(home.resolve("foundation")))
                .adapterStore(AdapterDirectory.at(home.resolve("trained")))
                .eventBus(bus)
                .executor(Runnable::run, 1)
                .leaseTime(LEASE);
    }
}
