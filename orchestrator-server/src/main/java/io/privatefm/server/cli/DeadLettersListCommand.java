/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.privatefm.bus.redis.KeptLetter;
import io.privatefm.bus.redis.RedisEventBus;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code pfm dead-letters list}: the events that were given up, the oldest first. */
@Command(
        name = "list",
        description =
                "The events that were given up, the oldest first; what they say only with --text, since it names learners.",
        mixinStandardHelpOptions = true)
final class DeadLettersListCommand implements Callable<Integer> {
    private static final int MOST = 10_000;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Mixin
    private final Output output = new Output();

    @Mixin
    private final RemoteBus bus = new RemoteBus();

    @Option(names = "--limit", paramLabel = "N", description = "At most so many, 1 to " + MOST + ". Default: 100.")
    private int limit = 100;

    @Option(names = "--after", paramLabel = "ID", description = "Those after the one of this id.")
    private Optional<String> after = Optional.empty();

    @Option(names = "--text", description = "Also what was sent.")
    private boolean text;

    @Override
    public Integer call() {
        if (limit < 1 || limit > MOST) {
            throw new InvalidInputException(
                    ErrorCode.INVALID_ARGUMENT, "--limit must be 1 to " + MOST + ", not " + limit);
        }
        List<KeptLetter> letters;
        try (RedisEventBus opened = bus.open()) {
            letters = after.isPresent()
                    ? opened.deadLetters().list(after.get(), limit)
                    : opened.deadLetters().list(limit);
        }
        if (output.isJson()) {
            ObjectNode result = JsonNodeFactory.instance.objectNode();
            ArrayNode array = result.putArray("dead_letters");
            letters.forEach(letter -> array.add(json(letter)));
            output.print(spec, result);
        } else {
            letters.forEach(this::print);
        }
        return ExitCode.DONE;
    }

    private ObjectNode json(KeptLetter kept) {
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("id", kept.id())
                .put("topic", kept.letter().topic())
                .put("group", kept.letter().group())
                .put("message_id", kept.letter().messageId())
                .put("reason", kept.letter().reason().name())
                .put("detail", kept.letter().detail())
                .put("deliveries", kept.deliveries())
                .put("kept_since", kept.keptSince().toString());
        if (text) {
            json.put("text", kept.text().orElse(null));
        }
        return json;
    }

    private void print(KeptLetter kept) {
        PrintWriter out = spec.commandLine().getOut();
        out.printf(
                "%s  %s  %s  %s  for %s, deliveries %d: %s%n",
                kept.id(),
                kept.keptSince(),
                kept.letter().topic(),
                kept.letter().reason(),
                kept.letter().group(),
                kept.deliveries(),
                kept.letter().detail());
        if (text) {
            kept.text().ifPresent(sent -> out.println("    " + sent.replaceAll("\\s+", " ")));
        }
    }
}
