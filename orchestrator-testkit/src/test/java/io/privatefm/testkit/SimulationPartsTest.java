/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.core.InMemory;
import io.privatefm.core.ModelCheck;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.OutcomeUnknownException;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.Subject;
import io.privatefm.spi.UnavailableException;
import io.privatefm.spi.blob.BlobWriter;
import io.privatefm.spi.bus.BusMessage;
import io.privatefm.spi.files.ModelFiles;
import io.privatefm.spi.foundation.FoundationRelease;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.OrchestratorStore;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Of the parts of a simulation,")
@SuppressWarnings("FutureReturnValueIgnored") // the tests look at what the tasks did
class SimulationPartsTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final NsUid ANNA = new NsUid("0123456789abcdef0123456789abcdef");

    private final SimulatedTime time = new SimulatedTime(START);
    private final List<String> said = new ArrayList<>();

    @Test
    @DisplayName("the timer runs what is due, each task at its time, on the thread that advances it")
    void timer() {
        SimulatedTimer timer = time.timer();
        after(timer, 5, () -> said.add("late " + minutes()));
        after(timer, 2, () -> said.add("early " + minutes()));
        var cancelled = timer.schedule(() -> said.add("never"), 3, TimeUnit.MINUTES);
        assertThat(cancelled.cancel(false)).isTrue();
        time.advance(Duration.ofMinutes(4));
        assertThat(said).containsExactly("early 2");
        time.advance(Duration.ofMinutes(4));
        assertThat(said).containsExactly("early 2", "late 5");
        assertThat(minutes()).isEqualTo(8);
    }

    @Test
    @DisplayName("the timer repeats a task, but not thousands of times in one month")
    void repeated() {
        SimulatedTimer timer = time.timer();
        var task = timer.scheduleWithFixedDelay(() -> said.add("" + minutes()), 1, 1, TimeUnit.MINUTES);
        assertThat(task.isDone()).isFalse();
        time.advance(Duration.ofMinutes(1));
        time.advance(Duration.ofMinutes(1));
        assertThat(said).containsExactly("1", "2");
        time.advance(Duration.ofDays(30));
        assertThat(said).hasSizeBetween(4, 6).last().isEqualTo("" + (2 + 30 * 24 * 60));
    }

    @Test
    @DisplayName("a timer that stands still catches up, and one that is shut down does not")
    void stalled() {
        SimulatedTimer timer = time.timer();
        SimulatedTimer dead = time.timer();
        after(timer, 1, () -> said.add("at " + minutes()));
        after(dead, 1, () -> said.add("dead"));
        dead.shutdown();
        timer.stall();
        time.advance(Duration.ofMinutes(10));
        assertThat(said).isEmpty();
        timer.goOn();
        time.advance(Duration.ZERO);
        assertThat(said).containsExactly("at 10");
    }

    @Test
    @DisplayName("the foundation store has releases that appear, takes its time, and is wrong for a while")
    void foundation() {
        SimulatedFoundation foundation = new SimulatedFoundation(time, 1).latency(Duration.ofSeconds(1));
        assertThat(foundation.releaseAt(START.plus(Duration.ofHours(1)))).isEqualTo("r2");
        assertThat(foundation.releases()).extracting(FoundationRelease::name).containsExactly("r1");
        assertThat(time.instant()).isEqualTo(START.plusSeconds(1));
        Sha256 sound = hash(foundation, "r1");
        foundation.wrongFor(Duration.ofMinutes(30));
        assertThat(hash(foundation, "r1")).isNotEqualTo(sound);
        foundation.truncatedFor(Duration.ofMinutes(30));
        assertThatThrownBy(() -> hash(foundation, "r1")).hasMessageContaining("ends at");
        foundation.unavailableFor(Duration.ofMinutes(30));
        assertThatThrownBy(foundation::releases).isInstanceOf(UnavailableException.class);
        time.advance(Duration.ofHours(1));
        assertThat(hash(foundation, "r1")).isEqualTo(sound);
        assertThat(foundation.releases()).extracting(FoundationRelease::name).containsExactly("r1", "r2");
        assertThat(hash(foundation, "r2")).isNotEqualTo(sound);
        assertThat(hash(new SimulatedFoundation(time, 1), "r1"))
                .as("the same seed")
                .isEqualTo(sound);
    }

    @Test
    @DisplayName("the bus delivers at least once, in order for each key, whatever fails")
    void bus() {
        SimulatedBus bus = new SimulatedBus(time, new Random(3))
                .delays(Duration.ofMinutes(3))
                .duplicates(0.3)
                .faults(0.3);
        Random random = new Random(4);
        bus.subscribe("TOPIC", "group", message -> {
            if (random.nextInt(4) == 0) {
                throw new IllegalStateException("not now");
            }
            said.add(message.id());
        });
        int refused = 0;
        for (int number = 0; number < 200; number++) {
            String key = "key" + number % 3;
            BusMessage message = new BusMessage(key + "-" + number, "TOPIC", key, "{}");
            for (boolean done = false; !done; ) {
                try {
                    bus.publish(message);
                    done = true;
                } catch (UnavailableException | OutcomeUnknownException e) {
                    refused++;
                }
            }
        }
        assertThat(said).as("nothing comes before time goes by").isEmpty();
        time.advance(Duration.ofDays(3));
        assertThat(refused).isPositive();
        assertThat(said).hasSizeGreaterThan(200);
        assertThat(bus.delivered())
                .extracting(delivery -> delivery.message().id())
                .isEqualTo(said);
        for (int key = 0; key < 3; key++) {
            String prefix = "key" + key + "-";
            List<Integer> numbers = new LinkedHashSet<>(said)
                    .stream()
                            .filter(id -> id.startsWith(prefix))
                            .map(id -> Integer.parseInt(id.substring(prefix.length())))
                            .toList();
            assertThat(numbers).isSorted().hasSizeBetween(66, 67);
        }
    }

    @Test
    @DisplayName("the blobs know what is damaged, and heal")
    void blobs() {
        SimulatedBlobs blobs = new SimulatedBlobs(time, new Random(5));
        Sha256 name;
        try (BlobWriter writer = blobs.create(ANNA, 3)) {
            writer.write(ByteBuffer.wrap(new byte[] {1, 2, 3}));
            name = writer.commit();
        }
        assertThat(blobs.damaged(ANNA)).isEmpty();
        blobs.flip(ANNA, name, 8);
        assertThat(read(blobs, name)).containsExactly(1, 3, 3);
        assertThat(blobs.damaged(ANNA)).containsExactly(name);
        blobs.truncate(ANNA, name, 1);
        assertThat(read(blobs, name)).containsExactly(1);
        blobs.lose(ANNA, name);
        assertThat(blobs.open(ANNA, name)).isEmpty();
        assertThat(blobs.isSound(ANNA, name)).isFalse();
        blobs.heal(ANNA, name);
        assertThat(read(blobs, name)).containsExactly(1, 2, 3);
        blobs.readFaults(1);
        assertThatThrownBy(() -> blobs.open(ANNA, name)).isInstanceOf(UnavailableException.class);
    }

    @Test
    @DisplayName("a process ends at each of its points: what it wrote before is there, and nothing after")
    void process() {
        for (long point = 1; point <= 3; point++) {
            SimulatedProcess process = new SimulatedProcess().crashAt(point);
            OrchestratorStore store = InMemory.store(time);
            OrchestratorStore its = process.watch(OrchestratorStore.class, store);
            NamespaceRow row = NamespaceRow.first(LearnerId.of("anna"), ANNA, List.of(Subject.of("math")), "r1", "{}");
            assertThatThrownBy(() -> its.inTransaction(tx -> {
                        tx.insert(row);
                        return true;
                    }))
                    .isInstanceOf(SimulatedCrash.class);
            assertThat(store.<Optional<NamespaceRow>>inTransaction(tx -> tx.find(row.learner())))
                    .as("point %s", point)
                    .isEqualTo(point == 3 ? Optional.of(row) : Optional.empty());
            assertThat(process.crashed()).isTrue();
            assertThatThrownBy(() -> its.inTransaction(tx -> true)).isInstanceOf(SimulatedCrash.class);
        }
    }

    private static void after(SimulatedTimer timer, long minutes, Runnable work) {
        assertThat(timer.schedule(work, minutes, TimeUnit.MINUTES).isDone()).isFalse();
    }

    private long minutes() {
        return Duration.between(START, time.instant()).toMinutes();
    }

    private static Sha256 hash(SimulatedFoundation foundation, String release) {
        try (ModelFiles files = foundation.open(new FoundationRelease(1, release, Optional.empty()))) {
            return ModelCheck.contentHash(files, 1);
        }
    }

    private static byte[] read(SimulatedBlobs blobs, Sha256 name) {
        try (var file = blobs.open(ANNA, name).orElseThrow()) {
            byte[] bytes = new byte[(int) file.size()];
            file.read(0, ByteBuffer.wrap(bytes));
            return bytes;
        }
    }
}
