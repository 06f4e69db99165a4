/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** The option {@code --json}: one JSON object on standard output instead of lines of {@code name: value}. */
final class Output {
    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    boolean isJson() {
        return json;
    }

    void print(CommandSpec spec, ObjectNode result) {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(result);
            return;
        }
        for (Map.Entry<String, JsonNode> field : result.properties()) {
            JsonNode value = field.getValue();
            out.println(field.getKey() + ": " + (value.isTextual() ? value.textValue() : value));
        }
    }
}
