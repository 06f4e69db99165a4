/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore;

import io.privatefm.spi.KeyDestroyedException;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.UnavailableException;
import io.privatefm.spi.keys.DestructionReceipt;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What is left of destroyed keys, {@code destroyed/<namespace uid>}. That the file is there is what counts; its text is
 * the receipt.
 */
record Tombstones(Path folder) {
    private static final Pattern TEXT =
            Pattern.compile("pfm-key-destroyed-1\nnamespace ([0-9a-f]{32})\nkey ([0-9a-z]{1,32})\ntime (\\S{20,35})\n");

    Path file(NsUid namespace) {
        return folder.resolve(namespace.value());
    }

    /** Whether a namespace's key is destroyed, or its destruction has begun. */
    boolean has(NsUid namespace) throws IOException {
        DurableFolder.requireFolder(folder); // a disk that is not mounted holds nothing, and that says nothing
        try {
            Files.readAttributes(file(namespace), BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            return true;
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    /**
     * Fails if a namespace's key is destroyed, or its destruction has begun.
     *
     * @throws KeyDestroyedException if so
     */
    void requireNone(NsUid namespace) throws IOException {
        if (has(namespace)) {
            throw new KeyDestroyedException("the key of namespace " + namespace + " was destroyed");
        }
    }

    /** A tombstone that is to be linked. */
    StagedFile stage(DestructionReceipt receipt) throws IOException {
        return StagedFile.of(file(receipt.namespace()), text(receipt).getBytes(StandardCharsets.US_ASCII));
    }

    /** The receipt of a destroyed key. */
    DestructionReceipt read(NsUid namespace) throws IOException {
        Path file = file(namespace);
        String text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        Matcher fields = TEXT.matcher(text);
        if (fields.matches() && fields.group(1).equals(namespace.value())) {
            try {
                return new DestructionReceipt(namespace, fields.group(2), Instant.parse(fields.group(3)));
            } catch (DateTimeException e) {
                // damaged as well
            }
        }
        throw new UnavailableException("cannot read " + Failures.shown(file)
                + ": it is damaged; the key is destroyed, restore its receipt from a backup of this vault");
    }

    /** The namespaces whose keys are destroyed. */
    List<NsUid> namespaces() {
        return KeyFolder.namespaces(folder);
    }

    void force() throws IOException {
        try (DurableFolder entries = DurableFolder.open(folder)) {
            entries.force();
        }
    }

    private static String text(DestructionReceipt receipt) {
        return "pfm-key-destroyed-1\nnamespace " + receipt.namespace() + "\nkey " + receipt.keyId() + "\ntime "
                + receipt.destroyedAt() + "\n";
    }
}
