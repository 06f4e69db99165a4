/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.journal;

import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.observe.CorrelationScope;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/**
 * What the work of a thread belongs to in the records of whoever asked for it. While a scope is open, its id is in the log lines of that
 * thread (MDC key {@value #FIELD}), and in the events, audit entries and messages that it writes. One for each orchestrator.
 */
public final class Correlation {
    /** Field of payloads and details, and key of the MDC. */
    public static final String FIELD = "correlation_id";

    private static final Pattern FORM = Pattern.compile("[ -~]{1,128}");

    @SuppressWarnings(
            "ThreadLocalUsage") // of this orchestrator, of which several live in one JVM; closing a scope empties it
    private final ThreadLocal<String> current = new ThreadLocal<>();

    /** The id that is open on this thread. */
    public Optional<String> current() {
        return Optional.ofNullable(current.get());
    }

    /** Whether this is an id that may travel: 1 to 128 printable ASCII characters. */
    public static boolean isSound(String id) {
        return FORM.matcher(id).matches();
    }

    /**
     * Opens an id on this thread; closing the scope brings back what was open before.
     *
     * @throws InvalidInputException if it is not {@linkplain #isSound sound}
     */
    public CorrelationScope open(String id) {
        if (!isSound(id)) {
            throw new InvalidInputException(
                    ErrorCode.INVALID_ARGUMENT, "a correlation id is 1 to 128 printable ASCII characters");
        }
        @Nullable String before = current.get();
        @Nullable String logged = MDC.get(FIELD);
        set(id, id);
        return new CorrelationScope() {
            private boolean closed;

            @Override
            public void close() {
                if (!closed) {
                    closed = true;
                    set(before, logged);
                }
            }
        };
    }

    /** Runs work in a scope of its own. */
    public void within(String id, Runnable work) {
        CorrelationScope scope = open(id);
        try {
            work.run();
        } finally {
            scope.close();
        }
    }

    /** An executor whose work has the id open that was open when it was given. */
    public Executor carriedBy(Executor executor) {
        return work -> {
            Optional<String> id = current();
            executor.execute(id.isEmpty() ? work : () -> within(id.get(), work));
        };
    }

    private void set(@Nullable String id, @Nullable String logged) {
        if (id == null) {
            current.remove();
        } else {
            current.set(id);
        }
        if (logged == null) {
            MDC.remove(FIELD);
        } else {
            MDC.put(FIELD, logged);
        }
    }
}
