/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.core.memory.InMemoryStore;
import io.privatefm.spi.AlreadyExistsException;
import io.privatefm.spi.ConflictException;
import io.privatefm.spi.OutcomeUnknownException;
import io.privatefm.spi.PfmException;
import io.privatefm.spi.UnavailableException;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A transaction")
class TransactionsTest {
    private final InMemoryStore store = new InMemoryStore(InstantSource.system());
    private final AtomicInteger attempts = new AtomicInteger();

    @Test
    @DisplayName("that meets a conflict is run again as a whole")
    void again() {
        String result = Transactions.run(store, tx -> {
            if (attempts.incrementAndGet() < 10) {
                throw new ConflictException("another was first");
            }
            return "done";
        });

        assertThat(result).isEqualTo("done");
        assertThat(attempts).hasValue(10);
    }

    @Test
    @DisplayName("that meets a conflict every time gives up")
    void givesUp() {
        assertThatThrownBy(() -> Transactions.run(store, tx -> {
                    throw new ConflictException("attempt " + attempts.incrementAndGet());
                }))
                .isInstanceOf(ConflictException.class)
                .hasMessage("attempt 10");
    }

    @Test
    @DisplayName("is never run again after any other failure, least of all an unknown outcome")
    void notAgain() {
        for (PfmException failure : List.of(
                new OutcomeUnknownException("lost"),
                new UnavailableException("down"),
                new AlreadyExistsException("there"))) {
            attempts.set(0);
            assertThatThrownBy(() -> Transactions.run(store, tx -> {
                        attempts.incrementAndGet();
                        throw failure;
                    }))
                    .isSameAs(failure);
            assertThat(attempts).hasValue(1);
        }
    }

    @Test
    @DisplayName(
            "whose commit may have happened is not said to have failed because the store is away when it is run again")
    void unknownStaysUnknown() {
        for (PfmException later :
                List.of(new UnavailableException("down"), new ConflictException("another was first"))) {
            attempts.set(0);
            OutcomeUnknownException lost = new OutcomeUnknownException("lost");
            assertThatThrownBy(() -> Transactions.idempotent(store, tx -> {
                        throw attempts.incrementAndGet() == 1 ? lost : later;
                    }))
                    .isSameAs(lost)
                    .hasSuppressedException(later);
        }
    }

    @Test
    @DisplayName("whose commit may have happened is run again, and what it finds then counts")
    void unknownIsAskedAgain() {
        AlreadyExistsException found = new AlreadyExistsException("there");
        assertThatThrownBy(() -> Transactions.idempotent(store, tx -> {
                    throw attempts.incrementAndGet() == 1 ? new OutcomeUnknownException("lost") : found;
                }))
                .isSameAs(found);
    }
}
