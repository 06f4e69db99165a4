/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import io.privatefm.server.config.LogRules;
import io.privatefm.server.config.Secret;
import java.util.Collection;
import org.slf4j.LoggerFactory;

/**
 * The log of a process that serves: standard error, one line for each event, as JSON or for people, with the correlation id and the
 * key-value pairs. What it logs itself is as much as {@code LOG_LEVEL} says; of libraries there is no more than {@code INFO}.
 *
 * <p>No line has a secret in it: none is logged, and known ones are masked. Lines of level {@code INFO} and above name no learner in what
 * they say of the service's own accord; requests are logged by their routes.
 */
public final class ServiceLog {
    private static final String OWN = "io.privatefm";
    private static final String TEXT =
            "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %-5level %logger{0} [%X{correlation_id:--}] %msg %kvp%n";

    private ServiceLog() {}

    /**
     * Sets it up, for the whole JVM.
     *
     * @param secrets what is masked
     */
    public static void begin(LogRules rules, Collection<Secret> secrets) {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.reset();
        MaskingEncoder masked = new MaskingEncoder(encoder(rules.format(), context), new Masks(secrets));
        masked.setContext(context);
        masked.start();
        ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
        console.setContext(context);
        console.setTarget("System.err");
        console.setEncoder(masked);
        console.start();
        Level own = Level.toLevel(rules.level().name());
        Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
        root.setLevel(own.isGreaterOrEqual(Level.INFO) ? own : Level.INFO);
        root.addAppender(console);
        context.getLogger(OWN).setLevel(own);
        for (String wordy : new String[] {
            "org.flywaydb", "com.zaxxer.hikari", "org.eclipse.jetty", "io.javalin", "com.github.kagkarlsson"
        }) {
            context.getLogger(wordy).setLevel(own.isGreaterOrEqual(Level.WARN) ? own : Level.WARN);
        }
    }

    private static Encoder<ILoggingEvent> encoder(LogRules.Format format, LoggerContext context) {
        if (format == LogRules.Format.JSON) {
            JsonEncoder json = new JsonEncoder();
            json.setContext(context);
            json.setWithSequenceNumber(false);
            json.setWithNanoseconds(false);
            json.setWithContext(false);
            json.setWithMessage(false);
            json.setWithArguments(false);
            json.setWithFormattedMessage(true);
            json.start();
            return json;
        }
        PatternLayoutEncoder text = new PatternLayoutEncoder();
        text.setContext(context);
        text.setPattern(TEXT);
        text.start();
        return text;
    }
}
