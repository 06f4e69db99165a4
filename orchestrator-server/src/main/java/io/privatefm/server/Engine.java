/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server;

import io.privatefm.core.InMemory;
import io.privatefm.core.Orchestrator;
import io.privatefm.core.OrchestratorBuilder;
import io.privatefm.modelstore.AdapterDirectory;
import io.privatefm.modelstore.BlobDirectory;
import io.privatefm.server.access.EnvironmentKeys;
import io.privatefm.server.access.GuardianKeys;
import io.privatefm.server.access.StoredKeys;
import io.privatefm.server.config.BusUrl;
import io.privatefm.server.config.ScheduleRules;
import io.privatefm.server.config.Secret;
import io.privatefm.server.config.ServerSettings;
import io.privatefm.server.home.HomeAudit;
import io.privatefm.server.home.HomeDatabase;
import io.privatefm.server.home.HomeFoundation;
import io.privatefm.server.home.HomeKeys;
import io.privatefm.server.home.Pepper;
import io.privatefm.server.metrics.ServiceMetrics;
import io.privatefm.server.night.NightHistory;
import io.privatefm.server.operation.OperationProgress;
import io.privatefm.server.rest.RecentMerges;
import io.privatefm.server.schema.ServerSchema;
import io.privatefm.spi.bus.EventBus;
import io.privatefm.spi.foundation.FoundationStore;
import io.privatefm.spi.recovery.ScrubRequest;
import io.privatefm.store.jdbc.JdbcScheduler;
import io.privatefm.store.jdbc.ScheduleSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;

/** The orchestrator over a data directory, with all that it stands on. */
final class Engine {
    private static final int CONNECTIONS = 16;
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /** A night each day; what a scrub did not reach in one is the first of the next. */
    private static final ScrubRequest SCRUB = ScrubRequest.DEFAULT.withNotSince(Duration.ofHours(20));

    final InstantSource clock = InstantSource.system();
    final Path home;
    final HomeDatabase database;
    final Pepper pepper;
    final EventBus bus;
    final FoundationStore foundation;
    final EnvironmentKeys environmentKeys;
    final StoredKeys storedKeys;
    final NightHistory nights;
    final ServiceMetrics metrics;
    final RecentMerges recentMerges;
    final OperationProgress progress = new OperationProgress();
    final Orchestrator pfm;

    /**
     * Opens everything; nothing runs yet.
     *
     * @param node how this process calls itself
     * @param opened closes what was opened, also if this fails
     */
    Engine(ServerSettings settings, String node, Opened opened) throws IOException {
        home = settings.home();
        Optional<String> root = value(settings.encryptionKey());
        foundation = HomeFoundation.open(home, value(settings.foundation()), value(settings.foundationKey()));
        database = opened.add(HomeDatabase.open(home, value(settings.database()), CONNECTIONS));
        ServerSchema.migrate(database.connections());
        pepper = HomeKeys.pepper(home, settings.keys(), root);
        bus = opened.add(settings.bus()
                .<EventBus>map(url -> BusUrl.open(url.value(), settings.busPrefix()))
                .orElseGet(InMemory::bus));
        environmentKeys = new EnvironmentKeys(value(settings.serviceKey()), value(settings.guardianKey()));
        storedKeys = new StoredKeys(database.connections(), pepper, clock, System::nanoTime);
        nights = opened.add(new NightHistory(database.connections(), node, clock));
        metrics = opened.add(new ServiceMetrics(database.store(), foundation));
        recentMerges = new RecentMerges(clock);
        HomeAudit audit = HomeAudit.open(home);
        ScheduleRules schedule = settings.schedule();
        OrchestratorBuilder builder = Orchestrator.builder(database.store(), BlobDirectory.at(home), foundation)
                .eventBus(bus)
                .keyVault(HomeKeys.open(home, settings.keys(), root))
                .guardianAuthority(new GuardianKeys(environmentKeys, storedKeys))
                .audit(audit.origin(), audit.key(), HomeAudit.anchors(home))
                .recovery(settings.limits().recovery())
                .retention(settings.limits().retention())
                .nightly(schedule.nightly(), schedule.zone())
                .cleanup(schedule.cleanup(), schedule.zone())
                .scrubbing(schedule.scrub(), schedule.zone(), SCRUB)
                .jobs(JdbcScheduler.on(database.store(), schedule(node)))
                .addListener(metrics.listener())
                .addListener(recentMerges)
                .addListener(nights)
                .addListener(progress);
        settings.adapterStore().ifPresent(folder -> builder.adapterStore(AdapterDirectory.at(folder)));
        pfm = opened.add(builder.build());
    }

    private static ScheduleSettings schedule(String node) {
        ScheduleSettings usual = new ScheduleSettings(node);
        return new ScheduleSettings(node, usual.polling(), usual.heartbeat(), PATIENCE);
    }

    private static Optional<String> value(Optional<Secret> secret) {
        return secret.map(Secret::value);
    }
}
