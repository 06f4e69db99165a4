/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.bus.redis;

import static io.privatefm.bus.redis.Prefix.GROUP;
import static io.privatefm.bus.redis.Prefix.TOPIC;
import static io.privatefm.bus.redis.Prefix.message;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.Protocol.Command;

@DisplayName("Trimming a stream")
class TrimmingTest {
    private final Prefix prefix = new Prefix(RedisServer.sharedUrl());
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final Logger logger = (Logger) LoggerFactory.getLogger(Trimming.class);

    @BeforeEach
    void listen() {
        log.start();
        logger.setLevel(Level.INFO);
        logger.addAppender(log);
    }

    @AfterEach
    void close() {
        logger.detachAppender(log);
        logger.setLevel(null);
        prefix.close();
    }

    private long length() {
        return prefix.call(Command.XLEN, prefix.stream()).number();
    }

    private void old(int count) {
        for (int number = 1; number <= count; number++) {
            prefix.call(
                    Command.XADD,
                    prefix.stream(),
                    number + "-1",
                    "event",
                    "{\"event\":\"TOPIC\",\"event_id\":\"" + number + "\"}");
        }
    }

    private void group(String group) {
        prefix.call(Command.XGROUP, "CREATE", prefix.stream(), group, "0", "MKSTREAM");
    }

    private void read(String group, int count) {
        prefix.call(Command.XREADGROUP, "GROUP", group, "me", "COUNT", count, "STREAMS", prefix.stream(), ">");
    }

    @Test
    @DisplayName("removes what every group has acknowledged, never what the slowest one has not")
    void slowGroup() throws Exception {
        old(10);
        group("slow");
        RedisEventBus bus = prefix.opened(prefix.builder().retention(Duration.ZERO));
        Taken taken = new Taken();
        bus.subscribe(TOPIC, GROUP, taken);
        taken.until("10");
        Prefix.await(() -> prefix.pending() == 0);
        bus.trim();
        assertThat(length()).as("slow has read nothing").isEqualTo(10);

        read("slow", 7);
        bus.trim();
        assertThat(length()).as("slow has acknowledged nothing").isEqualTo(10);

        prefix.call(Command.XACK, prefix.stream(), "slow", "1-1", "2-1", "4-1");
        bus.trim();
        assertThat(length()).as("3-1 is pending").isEqualTo(8);

        prefix.call(Command.XACK, prefix.stream(), "slow", "3-1", "5-1", "6-1", "7-1");
        bus.trim();
        assertThat(prefix.call(Command.XRANGE, prefix.stream(), "-", "+").list())
                .extracting(entry -> entry.list().get(0).text())
                .as("the last one that was read, and the unread ones")
                .containsExactly("7-1", "8-1", "9-1", "10-1");
    }

    @Test
    @DisplayName("keeps what is young")
    void young() throws Exception {
        RedisEventBus bus = prefix.opened();
        Taken taken = new Taken();
        bus.subscribe(TOPIC, GROUP, taken);
        for (int number = 1; number <= 3; number++) {
            bus.publish(message(number));
        }
        taken.until("key-3");
        Prefix.await(() -> prefix.pending() == 0);
        bus.trim();

        assertThat(length()).isEqualTo(3);
    }

    @Test
    @DisplayName("removes what is old where no group ever asked for it, and says so once")
    void noGroup() {
        old(3);
        RedisEventBus bus = prefix.opened();
        bus.publish(message(1));
        bus.trim();
        assertThat(length()).isEqualTo(1);
        bus.trim();

        assertThat(log.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .containsExactly("nobody has ever read TOPIC; what is older than PT168H is removed");
    }

    @Test
    @DisplayName("names the slowest group when a stream grows long, once for each step, and removes nothing of it")
    void alarm() {
        old(5);
        group("fast");
        group("slow");
        read("fast", 5);
        RedisEventBus bus = prefix.opened(prefix.builder().alarmLength(2));
        bus.publish(message(1));
        bus.trim();
        bus.trim();
        bus.publish(message(2));
        bus.trim();
        bus.publish(message(3));
        bus.trim();

        assertThat(length()).isEqualTo(8);
        assertThat(log.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .containsExactly(
                        "the stream of TOPIC has 6 entries; the slowest group is slow. Nothing unread is removed: make that group read, or"
                                + " remove it",
                        "the stream of TOPIC has 8 entries; the slowest group is slow. Nothing unread is removed: make that group read, or"
                                + " remove it");
    }

    @Test
    @DisplayName("does nothing while there is no stream")
    void nothing() {
        RedisEventBus bus = prefix.opened();
        bus.subscribe(TOPIC, GROUP, new Taken());
        bus.trim();

        assertThat(log.list).isEmpty();
    }
}
