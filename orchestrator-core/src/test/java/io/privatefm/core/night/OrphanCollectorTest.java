/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.night;

import static io.privatefm.core.EngineFixture.ADA;
import static io.privatefm.core.EngineFixture.MATH;
import static io.privatefm.core.EngineFixture.READING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.core.EngineFixture;
import io.privatefm.core.SteppedStore;
import io.privatefm.core.SteppedStore.Fate;
import io.privatefm.core.lease.LeaseKeeper;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.PfmException;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.UnavailableException;
import io.privatefm.spi.blob.BlobWriter;
import io.privatefm.spi.blob.StoredBlob;
import io.privatefm.spi.checkpoint.Verification;
import io.privatefm.spi.merge.MergePolicy;
import io.privatefm.spi.store.AdapterRow;
import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.spi.store.Lease;
import io.privatefm.spi.store.OrphanRow;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("Orphan collection")
class OrphanCollectorTest {
    private static final Duration GRACE = OrphanCollector.GRACE;
    private static final Duration OVER = GRACE.plusSeconds(1);

    private final EngineFixture engine = new EngineFixture();
    private final SteppedStore store = new SteppedStore(engine.store);
    private final ManualTimer timer = new ManualTimer();
    private final OrphanCollector collector =
            new OrphanCollector(store, engine.blobs, new LeaseKeeper(store, timer, "collector", Duration.ofMinutes(1)));
    private NsUid ada;
    private CheckpointRow checkpoint;
    private List<Sha256> referenced;

    @BeforeEach
    void merge() {
        checkpoint = engine.checkpoint(MergePolicy.DEFAULT, MATH, READING);
        engine.register(MATH, 99); // the first revision's blobs are still referred to
        ada = checkpoint.nsUid();
        referenced = names();
    }

    @AfterEach
    void close() {
        assertThat(engine.blobs.openHandles()).as("open blobs").isZero();
        assertThat(timer.periods()).as("leases that are being renewed").isEmpty();
        engine.close();
    }

    @Test
    @DisplayName("takes a blob that was an orphan for more than a day, and only after two looks at it")
    void collects() {
        Sha256 orphan = write("left behind");
        assertThat(sweep()).isZero();
        pass(GRACE);
        assertThat(sweep()).as("not longer than the grace period").isZero();
        pass(Duration.ofSeconds(1));
        assertThat(sweep()).isEqualTo(1);
        assertThat(names()).containsExactlyInAnyOrderElementsOf(referenced).doesNotContain(orphan);
        assertThat(orphans()).extracting(OrphanRow::blob).containsExactly(orphan);
        assertThat(sweep()).isZero();
        assertThat(orphans()).isEmpty();
    }

    @Test
    @DisplayName("takes nothing that it sees for the first time, however old it is")
    void seenOnce() {
        Sha256 orphan = write("old");
        pass(GRACE.multipliedBy(100));
        assertThat(sweep()).isZero();
        assertThat(names()).contains(orphan);
    }

    @Test
    @DisplayName("takes nothing that is young, though one of the same name was an orphan long ago")
    void young() {
        Sha256 orphan = write("twice");
        sweep();
        pass(OVER);
        engine.blobs.discard(ada, orphan);
        engine.blobs.purge(ada, engine.storeTime.instant().plusSeconds(1));
        assertThat(write("twice")).isEqualTo(orphan);
        assertThat(sweep()).isZero();
        assertThat(names()).contains(orphan);
    }

    @Test
    @DisplayName("never takes what any adapter revision or checkpoint refers to")
    void references() {
        for (int day = 0; day < 5; day++) {
            assertThat(sweep()).isZero();
            pass(OVER);
        }
        assertThat(names()).containsExactlyInAnyOrderElementsOf(referenced);
        assertThat(orphans()).isEmpty();
        assertThat(engine.orchestrator().checkpoints().verify(ADA, 1))
                .isEqualTo(new Verification.Intact(checkpoint.checkpointHash()));
    }

    @Test
    @DisplayName("passes over a namespace that is being merged")
    void merging() {
        write("left behind");
        sweep();
        pass(OVER);
        Lease merge = acquire("worker").orElseThrow();
        store.restart();
        assertThat(sweep()).isZero();
        assertThat(store.count()).as("asked for the lease, nothing else").isEqualTo(1);
        engine.store.inTransaction(tx -> {
            tx.leases().release(merge);
            return true;
        });
        assertThat(sweep()).isEqualTo(1);
    }

    @Test
    @DisplayName("gives its lease back")
    void lease() {
        sweep();
        assertThat(acquire("worker")).isPresent();
    }

    @Test
    @DisplayName("ends when blobs cannot be listed, with nothing taken and nothing destroyed")
    void listing() {
        Sha256 orphan = write("left behind");
        Sha256 trash = write("in the trash");
        sweep();
        pass(OVER);
        engine.blobs.discard(ada, trash);
        pass(OVER);
        engine.blobs.onList(() -> {
            throw new UnavailableException("half a directory");
        });
        assertThatThrownBy(this::sweep).isInstanceOf(UnavailableException.class).hasMessage("half a directory");
        assertThat(names()).contains(orphan);
        assertThat(engine.blobs.restore(ada, trash)).isTrue();
        assertThat(acquire("worker")).as("the lease is free").isPresent();
    }

    @Test
    @DisplayName("destroys what it took after another grace period, not before")
    void purges() {
        Sha256 orphan = write("left behind");
        sweep();
        pass(OVER);
        assertThat(sweep()).isEqualTo(1);
        pass(GRACE);
        sweep();
        assertThat(engine.blobs.restore(ada, orphan)).as("still in the trash").isTrue();
        engine.blobs.discard(ada, orphan);
        pass(OVER);
        sweep();
        assertThat(engine.blobs.restore(ada, orphan)).as("destroyed").isFalse();
    }

    @Test
    @DisplayName("keeps a blob that became referred to between two sweeps")
    void referredToBetween() {
        Sha256 orphan = write("late");
        sweep();
        pass(OVER);
        refer(orphan);
        assertThat(sweep()).isZero();
        assertThat(names()).contains(orphan);
        assertThat(orphans()).isEmpty();
    }

    @Test
    @DisplayName("keeps a blob that becomes referred to during a sweep, at whatever moment")
    void referredToDuring() {
        Sha256 counted = write("counted");
        sweep();
        pass(OVER);
        store.restart();
        assertThat(sweep()).isEqualTo(1);
        int transactions = store.count();
        engine.blobs.restore(ada, counted);
        refer(counted);
        for (int moment = 1;
                moment <= transactions - 2;
                moment++) { // the last two: asking the time, releasing the lease
            Sha256 orphan = write("orphan " + moment);
            sweep();
            pass(OVER);
            int now = moment;
            store.restart();
            store.before(number -> {
                if (number == now) {
                    refer(orphan);
                }
            });
            assertThat(sweep()).as("before transaction " + moment).isZero();
            assertThat(names()).contains(orphan);
            store.before(number -> {});
        }
        Sha256 orphan = write("at the very moment");
        sweep();
        pass(OVER);
        engine.blobs.onDiscard(() -> refer(orphan));
        assertThat(sweep()).isZero();
        assertThat(names()).contains(orphan);
    }

    @Test
    @DisplayName("puts a blob back if it cannot be told any more whether anything refers to it")
    void unsure() {
        Sha256 orphan = write("at the very moment");
        sweep();
        pass(OVER);
        engine.blobs.onDiscard(() -> {
            refer(orphan);
            store.fates(number -> Fate.DOWN);
        });
        assertThatThrownBy(this::sweep).isInstanceOf(UnavailableException.class);
        assertThat(names()).contains(orphan);
    }

    @Test
    @DisplayName("takes nothing once its lease is another's, and puts back what it was taking")
    void overtaken() {
        Sha256 one = write("one");
        Sha256 two = write("two");
        sweep();
        pass(OVER);
        engine.blobs.onDiscard(() -> {
            pass(Duration.ofMinutes(2));
            assertThat(acquire("worker")).isPresent();
        });
        assertThat(sweep()).isZero();
        assertThat(names()).contains(one, two);
        assertThat(acquire("yet another"))
                .as("the worker's lease was not given back")
                .isEmpty();
    }

    @ParameterizedTest
    @EnumSource(
            value = Fate.class,
            names = {"DOWN", "LOST_AND_UNDONE", "LOST_BUT_DONE"})
    @DisplayName("loses nothing that is referred to when any one of its transactions fails, and comes to its end later")
    void failures(Fate fate) {
        for (int failing = 1; failing <= 8; failing++) {
            int number = failing;
            Sha256 orphan = write("orphan " + failing);
            sweep();
            pass(OVER);
            store.restart();
            store.fates(n -> n == number ? fate : Fate.USUAL);
            try {
                sweep();
            } catch (PfmException e) {
                assertThat(e).hasMessageContaining("transaction " + number);
            }
            store.fates(n -> Fate.USUAL);
            assertThat(names()).containsAll(referenced);
            pass(OVER);
            sweep();
            assertThat(names()).containsExactlyInAnyOrderElementsOf(referenced).doesNotContain(orphan);
        }
    }

    @Test
    @DisplayName("leaves other namespaces alone")
    void others() {
        NsUid bob = new NsUid("b".repeat(32));
        try (BlobWriter writer = engine.blobs.create(bob, 1)) {
            writer.write(ByteBuffer.wrap(new byte[] {1}));
            writer.commit();
        }
        sweep();
        pass(OVER);
        sweep();
        assertThat(engine.blobs.list(bob)).hasSize(1);
    }

    private int sweep() {
        return collector.sweep(ada, GRACE);
    }

    private void pass(Duration duration) {
        engine.storeTime.advance(duration);
    }

    private Sha256 write(String text) {
        try (BlobWriter writer = engine.blobs.create(ada, text.length())) {
            writer.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
            return writer.commit();
        }
    }

    /** Gives a blob a row that refers to it. */
    private void refer(Sha256 blob) {
        engine.store.inTransaction(tx -> {
            AdapterRow newest = tx.adapters(ada).get(0);
            tx.putAdapter(new AdapterRow(
                    ada,
                    newest.subject(),
                    newest.revision() + 1,
                    newest.digest(),
                    blob,
                    newest.weightsBlob(),
                    newest.changedBytes(),
                    newest.trainedOn(),
                    newest.registeredAt()));
            return true;
        });
        referenced = Stream.concat(referenced.stream(), Stream.of(blob)).toList();
    }

    private Optional<Lease> acquire(String holder) {
        return engine.store.inTransaction(tx -> tx.leases().acquire("ns:" + ada, holder, Duration.ofMinutes(1)));
    }

    private List<Sha256> names() {
        engine.blobs.onList(() -> {});
        return engine.blobs.list(ada).stream().map(StoredBlob::name).toList();
    }

    private List<OrphanRow> orphans() {
        return engine.store.inTransaction(tx -> tx.orphans().of(ada));
    }
}
