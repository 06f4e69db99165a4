/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.events;

import static org.assertj.core.api.Assertions.assertThat;

import io.privatefm.spi.bus.BusMessage;
import io.privatefm.spi.bus.MessageHandler;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.LongStream;

/** What the platform received of the orchestrator's own events, each once. */
final class Received implements MessageHandler {
    private static final Pattern SEQ = Pattern.compile("\"seq\":(\\d+)");

    private final Set<String> ids = new HashSet<>();
    private final Map<String, Map<String, List<Long>>> byNamespace = new HashMap<>();
    private final Map<String, Integer> counts = new HashMap<>();

    @Override
    public synchronized void handle(BusMessage message) {
        if (!ids.add(message.id())) {
            return;
        }
        byNamespace
                .computeIfAbsent(message.key(), absent -> new HashMap<>())
                .computeIfAbsent(message.topic(), absent -> new ArrayList<>())
                .add(seq(message));
        counts.merge(message.topic(), 1, Integer::sum);
        notifyAll();
    }

    /** Waits until so many different messages of a topic have come. */
    synchronized void await(String topic, int count, long seconds) throws InterruptedException {
        long deadline = System.nanoTime() + seconds * 1_000_000_000;
        while (counts.getOrDefault(topic, 0) < count) {
            long left = (deadline - System.nanoTime()) / 1_000_000;
            assertThat(left)
                    .as("%s of %s messages %s within %s s", counts.getOrDefault(topic, 0), count, topic, seconds)
                    .isPositive();
            wait(left);
        }
    }

    /** Each namespace's messages have the numbers 1, 2, 3 … without a gap, and those of a topic came in that order. */
    synchronized void assertComplete(Map<String, Long> heads) {
        assertThat(byNamespace.keySet()).isEqualTo(heads.keySet());
        byNamespace.forEach((namespace, topics) -> {
            List<Long> all = new ArrayList<>();
            topics.forEach((topic, numbers) -> {
                assertThat(numbers).as("%s of %s", topic, namespace).isSorted();
                all.addAll(numbers);
            });
            assertThat(all)
                    .as("messages of %s", namespace)
                    .containsExactlyInAnyOrderElementsOf(LongStream.rangeClosed(1, heads.get(namespace))
                            .boxed()
                            .toList());
        });
    }

    private static long seq(BusMessage message) {
        return SEQ.matcher(message.payload())
                .results()
                .map(found -> Long.parseLong(found.group(1)))
                .findFirst()
                .orElseThrow();
    }
}
