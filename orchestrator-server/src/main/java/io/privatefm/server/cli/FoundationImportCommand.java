/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.privatefm.core.FoundationImport;
import io.privatefm.core.PublisherKey;
import io.privatefm.modelstore.FoundationDirectory;
import io.privatefm.modelstore.LocalModelFiles;
import io.privatefm.server.foundation.FoundationFolder;
import io.privatefm.server.home.HomeDatabase;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.files.ModelFiles;
import io.privatefm.spi.foundation.FoundationManifest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code pfm foundation import}: the only way by which a foundation directory gets a release. */
@Command(
        name = "import",
        description = "Adds a release to a foundation directory, whole or not at all: signed by its publisher, of class"
                + " GLOBAL, and, with --home, free of what that installation's learners own.",
        mixinStandardHelpOptions = true)
final class FoundationImportCommand implements Callable<Integer> {
    private static final int MOST_BYTES = 1 << 20;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Mixin
    private final Output output = new Output();

    @Mixin
    private final Threads threads = new Threads();

    @Option(names = "--from", required = true, paramLabel = "DIR", description = "Hugging Face model directory.")
    @SuppressWarnings("NullAway.Init")
    private Path from;

    @Option(names = "--manifest", required = true, paramLabel = "FILE", description = "What the publisher signed.")
    @SuppressWarnings("NullAway.Init")
    private Path manifest;

    @Option(
            names = "--publisher",
            required = true,
            paramLabel = "FILE|KEY",
            description = "The publisher's verifier key, or a file with it. No other signature counts.")
    @SuppressWarnings("NullAway.Init")
    private String publisher;

    @Option(
            names = "--foundation",
            required = true,
            paramLabel = "DIR",
            description = "The foundation directory that gets the release.")
    @SuppressWarnings("NullAway.Init")
    private Path foundation;

    @Option(names = "--name", paramLabel = "NAME", description = "Name here. Default: what the publisher calls it.")
    private Optional<String> name = Optional.empty();

    @ArgGroup(exclusive = false)
    private @Nullable Home home;

    @Override
    public Integer call() throws IOException {
        PublisherKey key = publisherKey();
        String signed = readManifest();
        FoundationFolder folder = FoundationFolder.at(foundation);
        FoundationImport gate = FoundationImport.of(key, FoundationDirectory.at(foundation), threads.count());
        try (ModelFiles files = LocalModelFiles.open(from)) {
            FoundationManifest checked = check(gate, files, signed);
            String called = name.orElse(checked.name());
            folder.add(called, files, checked.contentHash(), copy -> gate.recheck(copy, checked));
            output.print(
                    spec,
                    JsonNodeFactory.instance
                            .objectNode()
                            .put("release", called)
                            .put("content_hash", checked.contentHash().hex())
                            .put("denylist", home != null));
        }
        return ExitCode.DONE;
    }

    private FoundationManifest check(FoundationImport gate, ModelFiles files, String signed) {
        if (home == null) {
            return gate.check(files, signed);
        }
        try (HomeDatabase database = home.openDatabase()) {
            return gate.against(database.store(), home.blobs(), Optional.of(home.vault()), home.foundation())
                    .check(files, signed);
        }
    }

    private PublisherKey publisherKey() throws IOException {
        Path file;
        try {
            file = Path.of(publisher);
        } catch (InvalidPathException e) {
            return PublisherKey.parse(publisher);
        }
        return PublisherKey.parse(Files.isRegularFile(file) ? Files.readString(file) : publisher);
    }

    private String readManifest() throws IOException {
        if (!Files.isRegularFile(manifest) || Files.size(manifest) > MOST_BYTES) {
            throw new InvalidInputException(
                    ErrorCode.INVALID_ARGUMENT,
                    "there is no manifest " + manifest + " of at most " + MOST_BYTES + " bytes");
        }
        return new String(Files.readAllBytes(manifest), StandardCharsets.UTF_8);
    }
}
