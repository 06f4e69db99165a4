/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.privatefm.server.access.StoredKey;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code pfm keys list}: all keys that ever were, the oldest first. */
@Command(
        name = "list",
        description = "All keys that ever were, the oldest first: what they open and whether they still do.",
        mixinStandardHelpOptions = true)
final class KeysListCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Mixin
    private final Output output = new Output();

    @Mixin
    private final Home home = new Home();

    @Override
    public Integer call() {
        List<StoredKey> keys;
        try (OpenKeys opened = OpenKeys.of(home)) {
            keys = opened.keys().list();
        }
        if (output.isJson()) {
            ObjectNode result = JsonNodeFactory.instance.objectNode();
            ArrayNode array = result.putArray("keys");
            keys.forEach(key -> array.add(OpenKeys.json(key)));
            output.print(spec, result);
        } else {
            keys.forEach(key -> spec.commandLine().getOut().println(OpenKeys.line(key)));
        }
        return ExitCode.DONE;
    }
}
