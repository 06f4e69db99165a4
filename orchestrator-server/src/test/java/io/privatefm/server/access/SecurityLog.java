/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.access;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.LoggerFactory;

/** What this JVM logs, down to DEBUG, with key-value pairs and stack traces; not shown on the console meanwhile. */
final class SecurityLog extends AppenderBase<ILoggingEvent> implements AutoCloseable {
    private static final String SECURITY = "io.privatefm.security";

    private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    private final Level before = root.getLevel();
    private final List<ILoggingEvent> events = new CopyOnWriteArrayList<>();

    private SecurityLog() {}

    static SecurityLog record() {
        SecurityLog log = new SecurityLog();
        log.setContext(log.root.getLoggerContext());
        log.start();
        log.root.getAppender("STDERR").stop();
        log.root.addAppender(log);
        log.root.setLevel(Level.DEBUG);
        return log;
    }

    @Override
    protected void append(ILoggingEvent event) {
        events.add(event);
    }

    /** The lines of the logger of security events. */
    List<String> security() {
        return events.stream()
                .filter(event -> event.getLoggerName().equals(SECURITY))
                .map(SecurityLog::line)
                .toList();
    }

    /** Everything. */
    String text() {
        return String.join("\n", events.stream().map(SecurityLog::line).toList());
    }

    private static String line(ILoggingEvent event) {
        IThrowableProxy thrown = event.getThrowableProxy();
        return event.getLevel() + " " + event.getFormattedMessage() + " "
                + (event.getKeyValuePairs() == null ? "" : event.getKeyValuePairs())
                + (thrown == null ? "" : "\n" + ThrowableProxyUtil.asString(thrown));
    }

    @Override
    public void close() {
        root.setLevel(before);
        root.detachAppender(this);
        root.getAppender("STDERR").start();
    }
}
