/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.privacy;

import static io.privatefm.server.privacy.PrivateHome.ADA;
import static io.privatefm.server.privacy.PrivateHome.BEN;
import static io.privatefm.server.privacy.PrivateHome.MATH;
import static io.privatefm.server.privacy.PrivateHome.READING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.privatefm.core.InMemory;
import io.privatefm.core.Orchestrator;
import io.privatefm.core.OrchestratorBuilder;
import io.privatefm.server.fault.Workload;
import io.privatefm.spi.CorruptDataException;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.PfmException;
import io.privatefm.spi.WrongKeyException;
import io.privatefm.spi.blob.BlobStore;
import io.privatefm.spi.bus.EventBus;
import io.privatefm.spi.checkpoint.Verification;
import io.privatefm.spi.files.ModelFiles;
import io.privatefm.spi.merge.MergeOutcome;
import io.privatefm.spi.observe.LifecycleEvent;
import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.spi.store.EventRow;
import io.privatefm.testkit.MemoryFiles;
import io.privatefm.testkit.SafetensorsContent;
import io.privatefm.testkit.TinyAdapter;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Canaries are bytes of adapter factors, of merged tensors, of an adapter's configuration, and pieces of event payloads. In the clear by
 * design, and no canaries: the learner's id, subjects, the merge policy, the foundation's release; uids, versions and revisions; sizes,
 * hashes and times; types of events, messages and audit entries, and who acted. A refused adapter's trainer is told which field, value
 * or tensor is at fault; the rest of the adapter is not shown.
 */
@DisplayName("A scan for a learner's bytes")
class CanaryScanTest {
    private static final String SECRET = "/home/ada-canary/diary-of-a-learner/that-nobody-may-read";
    private static final int PIECE = 24;

    @TempDir
    private Path dir;

    @ParameterizedTest(name = "{0}")
    @EnumSource
    @DisplayName(
            "finds every kind of them where there is no key vault: in blobs, the unfinished too, and in the database")
    void withoutVault(Database kind) throws Exception {
        PrivateHome home = PrivateHome.create(dir.resolve("home"), kind);
        Canaries canaries = factors();
        Set<String> unfinished = new TreeSet<>();
        WatchedBlobs watched = new WatchedBlobs(() -> unfinished.addAll(canaries.inFiles(home.data())));
        try (EventBus bus = InMemory.bus();
                Orchestrator pfm = home.builder(home.store(), watched.around(home.blobs()))
                        .eventBus(bus)
                        .build()) {
            learn(pfm);
            addMerged(canaries, pfm);
            addEvents(canaries, pfm);
        }

        assertThat(unfinished).anyMatch(found -> found.contains(" in staging/"));
        Set<String> found = canaries.inFiles(home.data());
        assertThat(kinds(found)).containsExactly("configuration", "events", "factors", "merged");
        if (kind == Database.H2) {
            assertThat(found).contains("events in db.mv.db");
        }
        assertThat(kinds(canaries.in(home.sql().dump()))).containsExactly("events");
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource
    @DisplayName("finds none in blobs, staging, trash, the database's file or dump, logs, listeners' events or errors")
    void withVault(Database kind) throws Exception {
        PrivateHome home = PrivateHome.create(dir.resolve("home"), kind);
        Canaries canaries = factors();
        Set<String> found = new TreeSet<>();
        List<LifecycleEvent> events = new ArrayList<>();
        List<Throwable> errors = new ArrayList<>();
        WatchedBlobs watched = new WatchedBlobs(() -> found.addAll(canaries.inFiles(home.data(), home.keys())));
        try (Logs logs = Logs.record();
                EventBus bus = InMemory.bus();
                Orchestrator pfm = watching(home, watched.around(home.blobs()), events)
                        .eventBus(bus)
                        .build()) {
            learn(pfm);
            addMerged(canaries, pfm);
            addEvents(canaries, pfm);
            pfm.adapters().register(ADA, MATH, secretive(3).files()); // once more, now that all canaries are known
            pfm.merges().runNight();
            assertThat(watched.calls()).contains("create", "write", "commit", "open");
            bus.subscribe("NAMESPACE_CREATED", "test", message -> {
                throw new IllegalStateException("the consumer is down");
            });
            pfm.upkeep().relayMessages();
            pfm.upkeep().sequenceAudit();
            errors.addAll(refusedAdapters(pfm));
            discardOne(home);
            scan(home, canaries, found);
            errors.addAll(damaged(home, events));
            errors.add(wrongKey(home, events));
            scan(home, canaries, found);

            assertThat(kinds(canaries.kinds())).containsExactly("configuration", "events", "factors", "merged");
            assertThat(found).as("in files and tables").isEmpty();
            assertThat(logs.text()).contains("orchestrator ready", "the consumer is down");
            assertThat(canaries.in(logs.text())).as("in logs").isEmpty();
        }
        assertThat(events).hasAtLeastOneElementOfType(LifecycleEvent.MergeFailed.class);
        assertThat(canaries.in(events.toString())).as("in listeners' events").isEmpty();
        assertThat(errors)
                .hasSize(9)
                .allSatisfy(error -> assertThat(canaries.in(traceOf(error))).isEmpty());
        assertThat(canaries.count()).isGreaterThan(2_000);
    }

    private static OrchestratorBuilder watching(PrivateHome home, BlobStore blobs, List<LifecycleEvent> events) {
        return home.guarded(home.store(), blobs, home.vault()).addListener(events::add);
    }

    private static void scan(PrivateHome home, Canaries canaries, Set<String> found) throws Exception {
        found.addAll(canaries.inFiles(home.data(), home.keys(), home.folder("anchors")));
        found.addAll(canaries.in(home.sql().dump()));
    }

    private static TinyAdapter secretive(long seed) {
        return PrivateHome.adapter(seed).set("base_model_name_or_path", SECRET);
    }

    private static void learn(Orchestrator pfm) {
        PrivateHome.checkpoints(pfm, BEN, 5);
        pfm.namespaces().provision(ADA, List.of(MATH, READING));
        pfm.adapters().register(ADA, MATH, secretive(1).files());
        pfm.adapters().register(ADA, READING, secretive(2).files());
        assertThat(pfm.merges().mergeNow(ADA)).isInstanceOf(MergeOutcome.Merged.class);
    }

    /** What is known before anything is registered. */
    private static Canaries factors() {
        Canaries canaries = new Canaries();
        for (long seed : new long[] {1, 2, 3, 4}) {
            canaries.addTensors("factors", secretive(seed).weights());
        }
        canaries.addText("configuration", SECRET);
        return canaries;
    }

    private void addMerged(Canaries canaries, Orchestrator pfm) {
        for (String variant : List.of("math", "reading")) {
            Path target = dir.resolve("export-" + variant);
            pfm.checkpoints().export(ADA, 1, variant, target);
            canaries.addTensors("merged", SafetensorsContent.ofDirectory(target));
        }
        Workload.MODEL.tensors().values().forEach(tensor -> canaries.remove(tensor.bytes()));
    }

    /** Every field of every payload with the beginning of its value. */
    private static void addEvents(Canaries canaries, Orchestrator pfm) throws IOException {
        for (EventRow event : pfm.namespaces().events(ADA, 1, 100)) {
            new JsonMapper().readTree(event.payload()).properties().forEach(field -> {
                String text = "\"" + field.getKey() + "\":" + field.getValue();
                assertThat(event.payload()).contains(text);
                canaries.addText("events", text.substring(0, Math.min(PIECE, text.length())));
            });
        }
    }

    private static List<Throwable> refusedAdapters(Orchestrator pfm) {
        TinyAdapter sound = secretive(4);
        byte[] config = sound.configText().getBytes(StandardCharsets.UTF_8);
        byte[] weights = sound.weights();
        TinyAdapter notFinite = secretive(4);
        notFinite.change(notFinite.keys().get(0), tensor -> tensor.with(3, Float.NaN));
        TinyAdapter incomplete = secretive(4);
        List<ModelFiles> malformed = List.of(
                secretive(4).set("r", -1).files(),
                secretive(4).set("use_dora", "perhaps").files(),
                files(Arrays.copyOf(config, config.length - 2), weights),
                files(config, Arrays.copyOf(weights, weights.length - 3)),
                notFinite.files(),
                incomplete.remove(incomplete.keys().get(0)).files());
        List<Throwable> errors = new ArrayList<>();
        for (ModelFiles files : malformed) {
            Throwable error = catchThrowable(() -> pfm.adapters().register(ADA, MATH, files));
            assertThat(error).isInstanceOf(InvalidInputException.class);
            errors.add(error);
        }
        return errors;
    }

    private static ModelFiles files(byte[] config, byte[] weights) {
        return MemoryFiles.of("malformed", Map.of("adapter_config.json", config, "adapter_model.safetensors", weights));
    }

    /** Puts one of Ben's blobs into the trash, where its bytes stay for a while. */
    private static void discardOne(PrivateHome home) {
        NsUid ben = home.uid(BEN);
        assertThat(home.blobs().discard(ben, home.blobs().list(ben).get(0).name()))
                .isTrue();
        assertThat(Canaries.files(home.data().resolve("trash"))).hasSize(1);
    }

    /** Damages one byte of the newest variant and of a weights blob; gives the errors of an export and of a merge. */
    private List<Throwable> damaged(PrivateHome home, List<LifecycleEvent> events) throws Exception {
        List<Throwable> errors = new ArrayList<>();
        String uid = home.uid(ADA).value();
        Path variant = file(
                home,
                home.sql()
                        .text("select blob from pfm_variant where version = 2 and name = 'math' and ns_uid = ?", uid));
        Path weights = file(
                home,
                home.sql()
                        .text(
                                "select weights_blob from pfm_adapter where revision = 1 and subject = 'reading' and ns_uid = ?",
                                uid));
        flip(variant);
        flip(weights);
        home.sql()
                .change(
                        "update pfm_namespace set settled_head = null, policy = replace(policy, 'DELTA', 'FULL') where ns_uid = ?",
                        uid);
        try (Orchestrator pfm = watching(home, home.blobs(), events).build()) {
            CheckpointRow row = pfm.checkpoints().latest(ADA).orElseThrow();
            Verification.Damaged found =
                    (Verification.Damaged) pfm.checkpoints().verify(ADA, row.version());
            errors.add(new AssertionError(found.toString()));
            Throwable export =
                    catchThrowable(() -> pfm.checkpoints().export(ADA, row.version(), "math", dir.resolve("damaged")));
            assertThat(export).isInstanceOf(CorruptDataException.class);
            errors.add(export);
            assertThat(pfm.merges().mergeNow(ADA)).isInstanceOf(MergeOutcome.Rejected.class);
        }
        flip(variant);
        flip(weights);
        return errors;
    }

    private static Throwable wrongKey(PrivateHome home, List<LifecycleEvent> events) throws Exception {
        String bens = home.sql()
                .text(
                        "select wrapped from pfm_data_key where ns_uid = ?",
                        home.uid(BEN).value());
        home.sql()
                .change(
                        "update pfm_data_key set wrapped = ? where ns_uid = ?",
                        bens,
                        home.uid(ADA).value());
        try (Orchestrator pfm = watching(home, home.blobs(), events).build()) {
            Throwable error = catchThrowable(() -> pfm.checkpoints().verify(ADA, 1));
            assertThat(error).isInstanceOf(WrongKeyException.class);
            assertThat(catchThrowable(() -> pfm.merges().mergeNow(ADA))).isInstanceOf(PfmException.class);
            return error;
        }
    }

    private static Path file(PrivateHome home, String name) {
        return home.data()
                .resolve("blobs")
                .resolve(home.uid(ADA).value())
                .resolve(name.substring(0, 2))
                .resolve(name);
    }

    private static void flip(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.delete(file);
        Files.write(file, bytes);
    }

    private static String traceOf(Throwable error) {
        StringWriter trace = new StringWriter();
        error.printStackTrace(new PrintWriter(trace));
        return trace.toString();
    }

    /** The first words. */
    private static Set<String> kinds(Set<String> found) {
        Set<String> kinds = new TreeSet<>();
        found.forEach(what -> kinds.add(what.split(" ", 2)[0]));
        return kinds;
    }
}
