/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.privatefm.bus.redis.RedisEventBus;
import io.privatefm.bus.redis.RedisServer;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.bus.BusMessage;
import io.privatefm.spi.bus.DeadLetter;
import io.privatefm.spi.bus.MessageHandler;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("pfm dead-letters")
class DeadLettersCommandTest {
    private static final String TOPIC = "PRIVATE_BRAIN_READY";
    private static final long PATIENCE_SECONDS = 60;

    private static RedisServer redis;

    @BeforeAll
    static void startServer() {
        redis = RedisServer.start();
    }

    @AfterAll
    static void stopServer() {
        redis.close();
    }

    private static PfmRun run(String command, Object... more) {
        Object[] args = new Object[4 + more.length];
        System.arraycopy(new Object[] {"dead-letters", command, "--bus", redis.url()}, 0, args, 0, 4);
        System.arraycopy(more, 0, args, 4, more.length);
        return PfmRun.of(args);
    }

    /** Has messages refused, each of which says who {@code learner} is. */
    private static void refuse(String... ids) throws InterruptedException {
        CountDownLatch refused = new CountDownLatch(ids.length);
        try (RedisEventBus bus = RedisEventBus.builder(redis.url()).open()) {
            for (String id : ids) {
                bus.publish(new BusMessage(id, TOPIC, "ada", "{\"learner_id\": \"ada\"}"));
            }
            bus.subscribe(TOPIC, "private-fm", new MessageHandler() {
                @Override
                public void handle(BusMessage message) {
                    throw new InvalidInputException(ErrorCode.INVALID_ARGUMENT, "subjects: is missing");
                }

                @Override
                public void givenUp(DeadLetter letter) {
                    refused.countDown();
                }
            });
            assertThat(refused.await(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        } // when this ends, the letters are kept
    }

    @Test
    @DisplayName("lists what was given up, has it delivered again, and takes it off the list")
    void lifeOfALetter() throws InterruptedException {
        assertThat(run("list").assertDone().out()).isEmpty();
        refuse("ready-1", "ready-2");

        List<String> lines = run("list").assertDone().out().lines().toList();
        assertThat(lines).hasSize(2);
        assertThat(lines.get(0))
                .contains("  " + TOPIC + "  REFUSED  for private-fm, deliveries 1: subjects: is missing")
                .doesNotContain("ada");
        JsonNode letters = run("list", "--json", "--text").assertDone().json().path("dead_letters");
        assertThat(letters).hasSize(2);
        JsonNode first = letters.get(0);
        assertThat(first.path("message_id").textValue()).isEqualTo("ready-1");
        assertThat(first.path("reason").textValue()).isEqualTo("REFUSED");
        assertThat(first.path("text").textValue()).contains("\"specversion\":\"1.0\"", "{\"learner_id\": \"ada\"}");
        String firstId = first.path("id").textValue();
        String secondId = letters.get(1).path("id").textValue();
        assertThat(lines.get(0)).startsWith(firstId + "  ");
        assertThat(run("list", "--limit", 1, "--text").out().lines())
                .hasSize(2)
                .last()
                .satisfies(text -> assertThat(text).startsWith("    {\"specversion\""));
        assertThat(run("list", "--after", firstId).out()).startsWith(secondId + "  ");

        assertThat(run("redeliver", firstId).assertDone().out().strip()).isEqualTo("redelivered: " + firstId);
        assertThat(run("discard", secondId, "--json").assertDone().out().strip())
                .isEqualTo("{\"discarded\":\"" + secondId + "\"}");

        assertThat(run("list").assertDone().out()).isEmpty();
        BlockingQueue<BusMessage> taken = new LinkedBlockingQueue<>();
        try (RedisEventBus bus = RedisEventBus.builder(redis.url()).open()) {
            bus.subscribe(TOPIC, "private-fm", taken::add);
            BusMessage message = taken.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            assertThat(message).isNotNull();
            assertThat(message.id()).isEqualTo("ready-1");
        }
        run("redeliver", firstId).assertRefused("there is no dead letter " + firstId);
        run("discard", "everything").assertRefused("no id of a dead letter");
    }

    @Test
    @DisplayName("says in one line what is wrong with the server's URL, without its password, or that nobody answers")
    void wrongServer() {
        PfmRun.of("dead-letters", "list", "--bus", "http://localhost").assertRefused("redis");
        assertThat(PfmRun.of("dead-letters", "list", "--bus", "redis://pfm:secret@local host")
                        .assertRefused("percent-encode")
                        .err())
                .doesNotContain("secret");
        PfmRun unreachable = PfmRun.of("dead-letters", "list", "--bus", "redis://:secret@127.0.0.1:1");
        assertThat(unreachable.exitCode()).isEqualTo(3);
        assertThat(unreachable.err().lines())
                .singleElement()
                .satisfies(line -> assertThat(line)
                        .startsWith("pfm: ")
                        .contains("127.0.0.1:1")
                        .doesNotContain("secret"));
    }

    @Test
    @DisplayName("refuses a page of no letters, and no subcommand")
    void usage() {
        run("list", "--limit", 0).assertRefused("--limit");
        PfmRun.of("dead-letters").assertRefused("list, redeliver or discard");
        PfmRun.of("dead-letters", "list").assertRefused("--bus");
    }
}
