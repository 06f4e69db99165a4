/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.privatefm.core.InMemory;
import io.privatefm.core.Orchestrator;
import io.privatefm.modelstore.BlobDirectory;
import io.privatefm.modelstore.FoundationDirectory;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.Sha256;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code pfm export}: a variant of a stored checkpoint as a model directory, found by its manifest. */
@Command(
        name = "export",
        description = "Writes a variant of a stored checkpoint as a complete model directory, whole or not at all."
                + " Needs the blobs and the foundation only, no database.",
        mixinStandardHelpOptions = true)
final class ExportCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Mixin
    private final Output output = new Output();

    @Option(
            names = "--home",
            required = true,
            paramLabel = "DIR",
            description = "Data directory: blobs, and the foundation releases in foundation/.")
    @SuppressWarnings("NullAway.Init")
    private Path home;

    @Option(names = "--namespace", required = true, paramLabel = "UID", description = "The namespace's uid.")
    @SuppressWarnings("NullAway.Init")
    private String namespace;

    @Option(names = "--manifest", required = true, paramLabel = "HEX", description = "The checkpoint's manifest blob.")
    @SuppressWarnings("NullAway.Init")
    private String manifest;

    @Option(names = "--variant", required = true, paramLabel = "NAME", description = "The variant, such as math.")
    @SuppressWarnings("NullAway.Init")
    private String variant;

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "Where to write; must not exist.")
    @SuppressWarnings("NullAway.Init")
    private Path out;

    @Override
    public Integer call() {
        NsUid owner = new NsUid(namespace);
        Sha256 blob = Sha256.parse(manifest);
        if (!Files.isDirectory(home)) {
            throw new InvalidInputException(ErrorCode.INVALID_ARGUMENT, "there is no data directory " + home);
        }
        try (Orchestrator pfm = Orchestrator.builder(
                        InMemory.store(), BlobDirectory.at(home), FoundationDirectory.at(DemoHome.foundation(home)))
                .build()) {
            Sha256 hash = pfm.checkpoints().exportManifest(owner, blob, variant, out);
            output.print(spec, JsonNodeFactory.instance.objectNode().put("content_hash", hash.hex()));
        }
        return ExitCode.DONE;
    }
}
