/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.foundation;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.privatefm.modelstore.FoundationDirectory;
import io.privatefm.modelstore.LocalModelFiles;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.foundation.FoundationRelease;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * {@code releases.json} as it is to be written. A directory that has none gets one that says what it said without: names in natural
 * order would let a new release shift the ordinals of those that are there.
 */
final class WrittenList {
    private static final String FILE = "releases.json";
    private static final String RELEASES = "releases";
    private static final JsonMapper MAPPER = new JsonMapper();

    private final Path directory;
    private final ObjectNode json;

    private WrittenList(Path directory, ObjectNode json) {
        this.directory = directory;
        this.json = json;
    }

    /** The list of a directory, which was read and found sound before. */
    static WrittenList of(Path directory) throws IOException {
        Path file = directory.resolve(FILE);
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            return new WrittenList(directory, (ObjectNode) MAPPER.readTree(Files.readAllBytes(file)));
        }
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.putArray(RELEASES);
        WrittenList list = new WrittenList(directory, json);
        for (FoundationRelease release : FoundationDirectory.at(directory).releases()) {
            list.entry(release.name(), isFolder(directory, release.name()) ? release.name() : ".");
        }
        return list;
    }

    /** Adds a release, in the folder of its name, as the newest. */
    WrittenList add(String name, Sha256 contentHash) {
        entry(name, name).put("content_hash", contentHash.hex());
        return this;
    }

    /** Replaces the list at once; durable when this returns. */
    void write() throws IOException {
        byte[] bytes = (MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(json) + "\n")
                .getBytes(StandardCharsets.UTF_8);
        Path staged = directory.resolve(".import-list.tmp");
        try (FileChannel channel = FileChannel.open(
                staged, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            channel.force(true);
        }
        Files.move(staged, directory.resolve(FILE), StandardCopyOption.ATOMIC_MOVE);
        DurableFiles.force(directory);
    }

    private ObjectNode entry(String name, String path) {
        return json.withArray(RELEASES).addObject().put("name", name).put("path", path);
    }

    /** Whether a release is a folder of the directory, and not the directory itself, which may bear the same name. */
    private static boolean isFolder(Path directory, String name) {
        Path folder = directory.resolve(name);
        return Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
                && LocalModelFiles.open(folder).names().stream()
                        .anyMatch(file -> file.equals("config.json") || file.endsWith(".safetensors"));
    }
}
