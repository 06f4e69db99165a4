/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.fault;

import io.privatefm.core.InMemory;
import io.privatefm.core.Orchestrator;
import io.privatefm.core.OrchestratorBuilder;
import io.privatefm.modelstore.AnchorDirectory;
import io.privatefm.modelstore.BlobDirectory;
import io.privatefm.modelstore.FoundationDirectory;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.Subject;
import io.privatefm.spi.blob.BlobStore;
import io.privatefm.spi.bus.BusMessage;
import io.privatefm.spi.bus.EventBus;
import io.privatefm.spi.merge.NightReport;
import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.spi.store.OrchestratorStore;
import io.privatefm.store.jdbc.JdbcStore;
import io.privatefm.store.jdbc.SchemaMode;
import io.privatefm.testkit.FloatType;
import io.privatefm.testkit.TinyAdapters;
import io.privatefm.testkit.TinyModel;
import io.privatefm.testkit.TinyModels;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * One night of two learners, each with a new adapter, on PostgreSQL or an H2 file and a blob directory. Says on standard output what was
 * acknowledged, as soon as it was; keeps what its bus delivered in a file.
 */
public final class Workload {
    /** The foundation. */
    public static final TinyModel MODEL = TinyModels.gpt2(1, FloatType.F32);

    static final Subject MATH = Subject.of("math");
    static final String ORIGIN = "private-fm/test";
    private static final int LEARNERS = 2;
    private static final Duration LEASE = Duration.ofMillis(50);

    private final Path home;

    /** A workload in a home. */
    public Workload(Path home) {
        this.home = home;
    }

    /** Runs one night: home, number of the night, and the point at which to die, 0 for none. */
    public static void main(String[] args) throws Exception {
        KillPoints points = new KillPoints(Long.parseLong(args[2]));
        Workload workload = new Workload(Path.of(args[0]));
        workload.run(Integer.parseInt(args[1]), points);
        Files.write(workload.home.resolve("points"), points.passed());
        say("END");
    }

    static List<LearnerId> learners() {
        return IntStream.range(0, LEARNERS)
                .mapToObj(number -> LearnerId.of("learner-" + number))
                .toList();
    }

    /**
     * Makes what is there before the first night.
     *
     * @param database a PostgreSQL URL; empty for an H2 file in the home
     */
    public void prepare(Optional<String> database) throws Exception {
        if (database.isPresent()) {
            Files.writeString(home.resolve("database"), database.get());
        }
        MODEL.writeTo(home.resolve("foundation").resolve("r1"));
        KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        Files.write(home.resolve("key"), pair.getPrivate().getEncoded());
        Files.write(home.resolve("key.pub"), pair.getPublic().getEncoded());
        Files.writeString(delivered(), "");
    }

    DataSource dataSource() throws IOException {
        if (Files.exists(home.resolve("database"))) {
            PGSimpleDataSource database = new PGSimpleDataSource();
            database.setUrl(Files.readString(home.resolve("database")));
            return database;
        }
        JdbcDataSource database = new JdbcDataSource();
        database.setURL("jdbc:h2:file:" + home.resolve("db")
                + ";DB_CLOSE_DELAY=-1;DB_CLOSE_ON_EXIT=FALSE;WRITE_DELAY=0;REUSE_SPACE=FALSE;DEFRAG_ALWAYS=TRUE");
        return database;
    }

    BlobDirectory blobs() {
        return BlobDirectory.at(home);
    }

    AnchorDirectory anchors() {
        return AnchorDirectory.at(home.resolve("anchors"));
    }

    Path delivered() {
        return home.resolve("delivered");
    }

    /** The audit log's key. */
    public KeyPair key() throws Exception {
        KeyFactory factory = KeyFactory.getInstance("Ed25519");
        return new KeyPair(
                factory.generatePublic(new X509EncodedKeySpec(Files.readAllBytes(home.resolve("key.pub")))),
                factory.generatePrivate(new PKCS8EncodedKeySpec(Files.readAllBytes(home.resolve("key")))));
    }

    OrchestratorBuilder builder(OrchestratorStore store, BlobStore blobs) {
        return Orchestrator.builder(store, blobs, FoundationDirectory.at(home.resolve("foundation")))
                .executor(Runnable::run, 1)
                .leaseTime(LEASE);
    }

    void run(int night, KillPoints points) throws Exception {
        OrchestratorStore store =
                points.watch(OrchestratorStore.class, JdbcStore.open(dataSource(), SchemaMode.MIGRATE));
        BlobStore blobs = points.watch(BlobStore.class, blobs());
        EventBus bus = InMemory.bus();
        for (String topic : List.of("NAMESPACE_CREATED", "MERGE_COMPLETED")) {
            bus.subscribe(topic, "consumer", this::keep);
        }
        say("STARTED");
        try (Orchestrator pfm = builder(store, blobs)
                .eventBus(bus)
                .audit(ORIGIN, key(), anchors())
                .build()) {
            for (LearnerId learner : learners()) {
                pfm.namespaces().provision(learner, List.of(MATH));
                say("ACK namespace " + learner);
                int revision = pfm.adapters()
                        .register(
                                learner,
                                MATH,
                                TinyAdapters.plain(MODEL, night, "c_attn").files())
                        .revision();
                say("ACK adapter " + learner + " " + revision);
            }
            NightReport report = pfm.merges().runNight();
            while (report.inProgress() > 0) { // the lease of a process that was killed
                report = pfm.merges().runNight();
            }
            for (LearnerId learner : learners()) {
                CheckpointRow row = pfm.checkpoints().latest(learner).orElseThrow();
                say("ACK checkpoint " + learner + " " + row.version() + " " + row.checkpointHash());
            }
            pfm.upkeep().relayMessages();
            pfm.upkeep().sequenceAudit();
            pfm.upkeep().collectOrphans();
        }
    }

    private void keep(BusMessage message) {
        try {
            Files.writeString(delivered(), message.id() + "\n", StandardCharsets.UTF_8, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void say(String line) {
        System.out.println(line);
        System.out.flush();
    }
}
