/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.events;

import io.privatefm.spi.LearnerId;
import io.privatefm.spi.bus.BusMessage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/**
 * So many events, drawn from a seed: every learner is ready once or, by an impatient platform, several times; some of them get a series of
 * adapters. The messages of a learner are in order, those of different learners shuffled.
 */
final class Storm {
    private static final int REVISIONS = 8;
    private static final int EVENTS_PER_TRAINED_LEARNER = 50;
    private static final double REPEATED = 0.1;
    private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");

    private final StormHome home;
    private final Random random;
    private final Map<LearnerId, List<Integer>> adapters = new LinkedHashMap<>();
    private final List<BusMessage> messages = new ArrayList<>();

    Storm(StormHome home, int events, long seed) throws Exception {
        this.home = home;
        this.random = new Random(seed);
        draw(events);
    }

    /** What is to be published, in that order. */
    List<BusMessage> messages() {
        return Collections.unmodifiableList(messages);
    }

    /** All learners, each with the numbers of its adapters in the order of their training. */
    Map<LearnerId, List<Integer>> adapters() {
        return Collections.unmodifiableMap(adapters);
    }

    private void draw(int events) throws Exception {
        List<List<BusMessage>> series = new ArrayList<>();
        int drawn = 0;
        while (drawn < events) {
            List<BusMessage> one = learner(series.size(), events - drawn);
            series.add(one);
            drawn += one.size();
        }
        List<Integer> turns = new ArrayList<>();
        for (int number = 0; number < series.size(); number++) {
            turns.addAll(Collections.nCopies(series.get(number).size(), number));
        }
        Collections.shuffle(turns, random);
        int[] next = new int[series.size()];
        for (int number : turns) {
            messages.add(series.get(number).get(next[number]++));
        }
    }

    private List<BusMessage> learner(int number, int most) throws Exception {
        LearnerId learner = LearnerId.of("learner-" + number);
        List<Integer> trained = new ArrayList<>();
        adapters.put(learner, trained);
        List<BusMessage> series = new ArrayList<>();
        series.add(ready(learner));
        if (number % (EVENTS_PER_TRAINED_LEARNER - REVISIONS) == 0) {
            for (int revision = 0; revision < REVISIONS && series.size() < most; revision++) {
                int adapter = (number + revision) % StormHome.ADAPTERS;
                trained.add(adapter);
                series.add(trained(learner, revision, adapter));
            }
        }
        for (int at = 0; at < series.size() && series.size() < most; at += 2) {
            if (random.nextDouble() < REPEATED) {
                series.add(random.nextInt(at, series.size()) + 1, series.get(at));
            }
        }
        return series;
    }

    private static BusMessage ready(LearnerId learner) {
        String payload =
                "{\"event\":\"PRIVATE_BRAIN_READY\",\"learner_id\":\"" + learner + "\",\"subjects\":[\"math\"]}";
        return message("ready-" + learner, "PRIVATE_BRAIN_READY", learner, payload, BEGIN);
    }

    private BusMessage trained(LearnerId learner, int revision, int adapter) throws Exception {
        String payload = "{\"event\":\"ADAPTER_TRAINED\",\"learner_id\":\"" + learner
                + "\",\"subject\":\"math\",\"uri\":\"" + StormHome.reference(adapter)
                + "\",\"sha256\":\"" + home.sha256(adapter) + "\"}";
        Instant at = BEGIN.plusSeconds(revision);
        return message("trained-" + learner + "-" + revision, "ADAPTER_TRAINED", learner, payload, at);
    }

    private static BusMessage message(String id, String topic, LearnerId learner, String payload, Instant at) {
        return new BusMessage(id, topic, learner.value(), payload, Optional.of(at), Optional.of("platform-" + id));
    }
}
