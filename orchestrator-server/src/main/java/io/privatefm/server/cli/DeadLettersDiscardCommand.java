/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.privatefm.bus.redis.RedisEventBus;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code pfm dead-letters discard}. */
@Command(name = "discard", description = "Takes an event off the list for good.", mixinStandardHelpOptions = true)
final class DeadLettersDiscardCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Mixin
    private final Output output = new Output();

    @Mixin
    private final RemoteBus bus = new RemoteBus();

    @Parameters(paramLabel = "ID", description = "The first column of pfm dead-letters list.")
    @SuppressWarnings("NullAway.Init")
    private String id;

    @Override
    public Integer call() {
        try (RedisEventBus opened = bus.open()) {
            opened.deadLetters().discard(id);
        }
        output.print(spec, JsonNodeFactory.instance.objectNode().put("discarded", id));
        return ExitCode.DONE;
    }
}
