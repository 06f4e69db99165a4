/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.privacy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.LoggerFactory;

/** Everything that anybody in this JVM logs, down to DEBUG, with the stack traces. */
final class Logs extends AppenderBase<ILoggingEvent> implements AutoCloseable {
    private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    private final Level before = root.getLevel();
    private final List<String> lines = new CopyOnWriteArrayList<>();

    private Logs() {}

    static Logs record() {
        Logs logs = new Logs();
        logs.setContext(logs.root.getLoggerContext());
        logs.start();
        logs.root.getAppender("STDERR").stop();
        logs.root.addAppender(logs);
        logs.root.setLevel(Level.DEBUG);
        return logs;
    }

    @Override
    protected void append(ILoggingEvent event) {
        IThrowableProxy thrown = event.getThrowableProxy();
        lines.add(event.getLoggerName() + " " + event.getLevel() + " " + event.getFormattedMessage()
                + (thrown == null ? "" : "\n" + ThrowableProxyUtil.asString(thrown)));
    }

    String text() {
        return String.join("\n", lines);
    }

    @Override
    public void close() {
        root.setLevel(before);
        root.detachAppender(this);
        root.getAppender("STDERR").start();
    }
}
