/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.privatefm.core.ModelCheck;
import io.privatefm.modelstore.LocalModelFiles;
import io.privatefm.spi.files.ModelFiles;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code pfm hash}: the content hash of a model directory. */
@Command(
        name = "hash",
        description = "Prints the content hash (pfm-tree-1) of a model directory.",
        mixinStandardHelpOptions = true)
final class HashCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Mixin
    private final Output output = new Output();

    @Mixin
    private final Threads threads = new Threads();

    @Parameters(paramLabel = "DIR", description = "Hugging Face model directory.")
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    @Override
    public Integer call() {
        try (ModelFiles files = LocalModelFiles.open(directory)) {
            String hash = ModelCheck.contentHash(files, threads.count()).hex();
            if (output.isJson()) {
                output.print(spec, JsonNodeFactory.instance.objectNode().put("content_hash", hash));
            } else {
                spec.commandLine().getOut().println(hash);
            }
        }
        return ExitCode.DONE;
    }
}
