/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.load;

import com.fasterxml.jackson.databind.JsonNode;
import io.privatefm.testkit.TinyAdapter;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One client, with learners of its own: makes namespaces, reads, lists, uploads, merges, looks how merges go on, deletes. What is not
 * answered, or with "not now", is sent again later with the same key. For one thread.
 */
final class LoadClient {
    private static final int MOST_OPEN = 4;
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(3);

    private final String name;
    private final Random random;
    private final Caller caller;
    private final Progress progress;
    private final List<TinyAdapter> adapters;
    private final List<LoadedLearner> learners = new ArrayList<>();
    private final List<LoadedLearner> trained = new ArrayList<>();
    private final Deque<Unanswered> unanswered = new ArrayDeque<>();
    private final Deque<LoadedLearner> working = new ArrayDeque<>();
    private int made;
    private int failed;

    LoadClient(String name, long seed, Caller caller, Progress progress, List<TinyAdapter> adapters) {
        this.name = name;
        this.random = new Random(seed);
        this.caller = caller;
        this.progress = progress;
        this.adapters = adapters;
    }

    /**
     * A request with a key whose end is not known.
     *
     * @param merged null for one that makes the learner
     */
    private record Unanswered(String learner, @Nullable LoadedLearner merged, String key) {}

    /** All whose namespaces were answered for. */
    List<LoadedLearner> learners() {
        return learners;
    }

    /** How many operations ended with a failure. */
    int failed() {
        return failed;
    }

    /** Does one thing or another. */
    void step() throws InterruptedException {
        int die = random.nextInt(100);
        if (!unanswered.isEmpty() && die < 20) {
            send(unanswered.remove());
        } else if (learners.isEmpty() || die < 25) {
            create();
        } else if (die < 60) {
            read(any(learners));
        } else if (die < 64) {
            caller.get("list", "/api/v1/namespaces?limit=20&after=" + any(learners).name);
        } else if (die < 68) {
            caller.get("overview", "/api/v1/overview");
        } else if (die < 80) {
            upload(any(learners));
        } else if (die < 97) {
            work();
        } else {
            delete(any(learners));
        }
    }

    private <T> T any(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    private void create() throws InterruptedException {
        String learner = name + "-" + made++;
        send(new Unanswered(learner, null, "make-" + learner));
    }

    private void send(Unanswered request) throws InterruptedException {
        LoadedLearner merged = request.merged();
        Answer answer = merged == null
                ? caller.post(
                        "create",
                        "/api/v1/namespaces",
                        "{\"learner_id\":\"" + request.learner() + "\",\"subjects\":[\"math\"]}",
                        request.key(),
                        Set.of(201))
                : caller.post("merge", merged.path() + "/merge", "", request.key(), Set.of(202));
        if (answer.isOpen()) {
            unanswered.add(request);
        } else if (answer.status() == 201) {
            learners.add(new LoadedLearner(request.learner(), answer.text("ns_uid")));
            progress.acknowledged();
        } else if (answer.status() == 202 && merged != null) {
            merged.openOperations.add(answer.text("operation_id"));
            working.add(merged);
            progress.acknowledged();
        }
    }

    private void read(LoadedLearner learner) throws InterruptedException {
        if (learner.deletion == LoadedLearner.Deletion.PERHAPS) {
            delete(learner);
        } else if (learner.isAlive()) {
            caller.get("read", learner.path());
        } else {
            caller.find("read", learner.path());
        }
    }

    private void upload(LoadedLearner learner) throws InterruptedException {
        if (!learner.isAlive()) {
            return;
        }
        TinyAdapter adapter = any(adapters);
        Answer answer = caller.upload(learner.path() + "/adapters/math", adapter.configText(), adapter.weights());
        if (answer.status() / 100 == 2) {
            if (learner.revision == 0) {
                trained.add(learner);
            }
            learner.revision =
                    Math.max(learner.revision, answer.json().path("revision").asLong());
            progress.acknowledged();
        }
    }

    /** Has a learner's adapter merged, or, with enough of that under way, looks how it goes on. */
    private void work() throws InterruptedException {
        if (working.size() >= MOST_OPEN || trained.isEmpty()) {
            if (!working.isEmpty()) {
                look(working.remove());
            }
            return;
        }
        LoadedLearner learner = any(trained);
        if (learner.isAlive() && isIdle(learner)) {
            send(new Unanswered(learner.name, learner, "merge-" + name + "-" + made++));
        }
    }

    private boolean isIdle(LoadedLearner learner) {
        return learner.openOperations.isEmpty()
                && unanswered.stream().noneMatch(request -> request.merged() == learner);
    }

    private void look(LoadedLearner learner) throws InterruptedException {
        for (String id : List.copyOf(learner.openOperations)) {
            Answer answer = caller.get("operation", "/api/v1/merge-operations/" + id);
            Optional<JsonNode> ended = answer.status() == 200 ? Optional.of(answer.json()) : Optional.<JsonNode>empty();
            ended.ifPresent(operation -> take(learner, id, operation));
        }
        if (!learner.openOperations.isEmpty()) {
            working.add(learner);
        }
    }

    private void take(LoadedLearner learner, String id, JsonNode operation) {
        String status = operation.path("status").asText();
        if (status.equals("SUCCEEDED")) {
            learner.openOperations.remove(id);
            if (operation.path("outcome").asText().equals("MERGED")) {
                learner.checkpoints.add(new LoadedLearner.Checkpoint(
                        operation.path("checkpoint_version").asLong(),
                        operation.path("checkpoint_hash").asText()));
            }
        } else if (status.equals("FAILED")) {
            learner.openOperations.remove(id);
            failed++;
        }
    }

    private void delete(LoadedLearner learner) throws InterruptedException {
        if (learner.deletion == LoadedLearner.Deletion.DONE || !isIdle(learner)) {
            return;
        }
        Answer answer = caller.delete(learner.path(), Set.of(200));
        if (answer.status() == 200) {
            learner.deletion = LoadedLearner.Deletion.DONE;
            progress.acknowledged();
        } else {
            learner.deletion = LoadedLearner.Deletion.PERHAPS;
        }
    }

    /**
     * Asks once more for what is open.
     *
     * @param toTheEnd whether to wait for the end of all of it: of a merge that an outage broke off, until its lease is over
     */
    void settle(boolean toTheEnd) throws InterruptedException {
        long end = System.nanoTime() + LONGEST_WAIT.toNanos();
        do {
            for (int left = unanswered.size(); left > 0; left--) {
                send(unanswered.remove());
            }
            for (int left = working.size(); left > 0; left--) {
                look(working.remove());
            }
            for (LoadedLearner learner : learners) {
                if (learner.deletion == LoadedLearner.Deletion.PERHAPS) {
                    delete(learner);
                }
            }
        } while (toTheEnd && unanswered.size() + working.size() > 0 && System.nanoTime() < end);
    }

    /** How many requests and operations have no end yet. */
    int open() {
        return unanswered.size() + working.size();
    }
}
