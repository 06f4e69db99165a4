/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.privatefm.core.FoundationImport;
import io.privatefm.core.ModelCheck;
import io.privatefm.core.PublisherKey;
import io.privatefm.modelstore.LocalModelFiles;
import io.privatefm.server.home.HomeFile;
import io.privatefm.server.home.KeyFile;
import io.privatefm.spi.AlreadyExistsException;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.files.ModelFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code pfm foundation sign}: what a publisher does before others import a release. */
@Command(
        name = "sign",
        description = "Signs the content hash of a model directory as a foundation release's.",
        mixinStandardHelpOptions = true)
final class FoundationSignCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Mixin
    private final Output output = new Output();

    @Mixin
    private final Threads threads = new Threads();

    @Option(names = "--model", required = true, paramLabel = "DIR", description = "Hugging Face model directory.")
    @SuppressWarnings("NullAway.Init")
    private Path model;

    @Option(names = "--key", required = true, paramLabel = "FILE", description = "The publisher's Ed25519 key.")
    @SuppressWarnings("NullAway.Init")
    private Path key;

    @Option(
            names = "--new-key",
            paramLabel = "PUBLISHER",
            description = "First makes the key, which must not be there, for a publisher of this name; its verifier key"
                    + " goes into a file beside it, of its name with .pub added.")
    private Optional<String> publisher = Optional.empty();

    @Option(names = "--name", required = true, paramLabel = "NAME", description = "What the release is called.")
    @SuppressWarnings("NullAway.Init")
    private String name;

    @Option(
            names = "--parent",
            paramLabel = "HASH",
            description = "Content hash of a model that it was made from; once for each.")
    private List<String> parents = List.of();

    @Option(names = "--out", required = true, paramLabel = "FILE", description = "Where to write the manifest.")
    @SuppressWarnings("NullAway.Init")
    private Path out;

    @Override
    public Integer call() throws IOException {
        List<Sha256> made = parents.stream().map(Sha256::parse).toList();
        try (ModelFiles files = LocalModelFiles.open(model)) {
            Sha256 hash = ModelCheck.contentHash(files, threads.count());
            if (publisher.isPresent()) {
                createKey(publisher.get());
            }
            KeyFile read = KeyFile.read(key);
            PublisherKey signer = PublisherKey.parse(read.verifier());
            String manifest = FoundationImport.sign(
                    hash, signer.name(), new KeyPair(signer.key(), read.privateKey()), name, made);
            HomeFile.write(out, manifest.getBytes(StandardCharsets.UTF_8));
            output.print(
                    spec,
                    JsonNodeFactory.instance
                            .objectNode()
                            .put("content_hash", hash.hex())
                            .put("publisher", signer.text())
                            .put("manifest", out.toString()));
        }
        return ExitCode.DONE;
    }

    private void createKey(String called) throws IOException {
        KeyPair pair = KeyFile.draw();
        String verifier = new PublisherKey(called, pair.getPublic()).text();
        if (!KeyFile.create(key, verifier, pair.getPrivate())) {
            throw new AlreadyExistsException("there is a key " + key + " already; leave --new-key out to use it");
        }
        HomeFile.write(
                key.resolveSibling(key.getFileName() + ".pub"), (verifier + "\n").getBytes(StandardCharsets.UTF_8));
    }
}
