/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Predicate;
import org.slf4j.LoggerFactory;
import org.slf4j.event.KeyValuePair;

/** What one logger of this JVM and its children log, down to INFO; not shown on the console meanwhile. */
final class RecordedLog extends AppenderBase<ILoggingEvent> implements AutoCloseable {
    private final Logger logger;
    private final Level before;
    private final List<ILoggingEvent> all = new CopyOnWriteArrayList<>();
    private final LinkedBlockingQueue<ILoggingEvent> fresh = new LinkedBlockingQueue<>();

    private RecordedLog(String name) {
        logger = (Logger) LoggerFactory.getLogger(name);
        before = logger.getLevel();
    }

    static RecordedLog of(String name) {
        RecordedLog log = new RecordedLog(name);
        log.setContext(log.logger.getLoggerContext());
        log.start();
        log.logger.addAppender(log);
        log.logger.setLevel(Level.INFO);
        log.logger.setAdditive(false);
        return log;
    }

    @Override
    protected void append(ILoggingEvent event) {
        event.prepareForDeferredProcessing(); // its MDC is that of now
        all.add(event);
        fresh.add(event);
    }

    /** Waits for the next line that fits; those before it are passed over. */
    ILoggingEvent await(Predicate<ILoggingEvent> fits) throws InterruptedException {
        ILoggingEvent event = fresh.take();
        while (!fits.test(event)) {
            event = fresh.take();
        }
        return event;
    }

    List<ILoggingEvent> events() {
        return List.copyOf(all);
    }

    /** A key-value pair of a line; empty if it has none of this key. */
    static String pair(ILoggingEvent event, String key) {
        List<KeyValuePair> pairs = event.getKeyValuePairs() == null ? List.of() : event.getKeyValuePairs();
        return pairs.stream()
                .filter(pair -> pair.key.equals(key))
                .map(pair -> String.valueOf(pair.value))
                .findFirst()
                .orElse("");
    }

    @Override
    public void close() {
        logger.setAdditive(true);
        logger.setLevel(before);
        logger.detachAppender(this);
        stop();
    }
}
