/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core;

import static io.privatefm.core.EngineFixture.MATH;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.core.SteppedStore.Fate;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.UnavailableException;
import io.privatefm.spi.observe.LifecycleEvent;
import io.privatefm.spi.store.AuditRow;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("An access that a host refused")
class SecurityTest {
    private static final String ACTION = "POST /api/v1/namespaces/{learner_id}/merge";
    private static final String REASON = "the key lacks the scope MERGE";

    private final EngineFixture engine = new EngineFixture();
    private final SteppedStore store = new SteppedStore(engine.store);
    private final Orchestrator orchestrator = Orchestrator.builder(store, engine.blobs, engine.foundation)
            .clock(engine.clock)
            .addListener(engine.events)
            .build();

    @AfterEach
    void close() {
        orchestrator.close();
        engine.close();
    }

    private List<AuditRow> entries() {
        return engine.store.inTransaction(tx -> tx.audit().unsequenced(100));
    }

    @Test
    @DisplayName("is in the audit log, in the chain of what was denied, and listeners hear of it")
    void refused() {
        orchestrator.security().refused("key-17", ACTION, REASON);

        assertThat(entries()).singleElement().satisfies(row -> {
            assertThat(row.chain()).isEqualTo("guardian");
            assertThat(row.seq()).isEqualTo(1);
            assertThat(row.actor()).isEqualTo("key-17");
            assertThat(row.action()).isEqualTo("ACCESS_REFUSED");
            assertThat(row.outcome()).isEqualTo("DENIED");
            assertThat(row.details())
                    .isEqualTo(
                            "{\"action\":\"" + ACTION + "\",\"principal\":\"key-17\",\"reason\":\"" + REASON + "\"}");
        });
        assertThat(engine.events.events()).containsExactly(new LifecycleEvent.AccessRefused(ACTION, REASON));
    }

    @Test
    @DisplayName("stands behind the one before, and leaves namespaces and their chains alone")
    void chain() {
        engine.provision(MATH);
        long before = engine.orchestrator().namespaces().get(EngineFixture.ADA).revision();

        orchestrator.security().refused("unknown", ACTION, "no key");
        orchestrator.security().refused("unknown", ACTION, "no key");

        List<AuditRow> denied =
                entries().stream().filter(row -> row.chain().equals("guardian")).toList();
        assertThat(denied).extracting(AuditRow::seq).containsExactly(1L, 2L);
        assertThat(denied.get(1).previous()).isEqualTo(denied.get(0).leaf());
        assertThat(denied).extracting(AuditRow::operationId).doesNotHaveDuplicates();
        assertThat(engine.orchestrator().namespaces().get(EngineFixture.ADA).revision())
                .isEqualTo(before);
    }

    @Test
    @DisplayName("stands apart from changes of keys, which have a chain of their own, outcome DONE, and no event")
    void changed() {
        orchestrator.security().refused("unknown", ACTION, "no key");
        orchestrator.security().changed("cli:ada", "KEY_CREATED", Map.of("key", "abc", "scopes", "read,write"));

        assertThat(entries())
                .filteredOn(row -> row.chain().equals("access"))
                .singleElement()
                .satisfies(row -> {
                    assertThat(row.actor()).isEqualTo("cli:ada");
                    assertThat(row.action()).isEqualTo("KEY_CREATED");
                    assertThat(row.outcome()).isEqualTo("DONE");
                    assertThat(row.details()).isEqualTo("{\"key\":\"abc\",\"scopes\":\"read,write\"}");
                });
        assertThat(engine.events.events()).hasSize(1);
    }

    @Test
    @DisplayName("is an error while the store does not answer, and no event: the host decides what that means")
    void storeIsDown() {
        store.fates(number -> Fate.DOWN);

        assertThatThrownBy(() -> orchestrator.security().refused("key-17", ACTION, REASON))
                .isInstanceOf(UnavailableException.class);

        assertThat(entries()).isEmpty();
        assertThat(engine.events.events()).isEmpty();
    }

    @Test
    @DisplayName("is rather written twice than not at all, and then by one operation id")
    void inDoubt() {
        store.restart();
        store.fates(number -> switch (number) {
            case 1 -> Fate.LOST_AND_UNDONE;
            case 2 -> Fate.LOST_BUT_DONE;
            default -> Fate.USUAL;
        });

        orchestrator.security().refused("key-17", ACTION, REASON);

        assertThat(entries()).hasSize(2);
        assertThat(entries().stream().map(AuditRow::operationId).distinct()).hasSize(1);
        assertThat(engine.events.events()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a\nb", "a\u0000b", "a\u0085b"})
    @DisplayName("is refused itself if what it says of it is empty or has control characters")
    void malformed(String text) {
        for (Runnable call : List.<Runnable>of(
                () -> orchestrator.security().refused(text, ACTION, REASON),
                () -> orchestrator.security().refused("key-17", text, REASON),
                () -> orchestrator.security().refused("key-17", ACTION, text),
                () -> orchestrator.security().changed(text, "KEY_CREATED", Map.of()),
                () -> orchestrator.security().changed("cli:ada", text, Map.of()),
                () -> orchestrator.security().changed("cli:ada", "KEY_CREATED", Map.of(text, "abc")),
                () -> orchestrator.security().changed("cli:ada", "KEY_CREATED", Map.of("key", text)),
                () -> orchestrator.security().refused("k".repeat(201), ACTION, REASON),
                () -> orchestrator.security().refused("key-17", "a".repeat(201), REASON),
                () -> orchestrator.security().refused("key-17", ACTION, "r".repeat(1001)))) {
            assertThatThrownBy(call::run)
                    .isInstanceOfSatisfying(
                            InvalidInputException.class,
                            e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT))
                    .hasMessageEndingWith("characters without control characters");
        }
        assertThat(entries()).isEmpty();
    }
}
