/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

import io.privatefm.spi.UnavailableException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.concurrent.Semaphore;

/** Where uploads lie until they are registered: a few at a time, never in the clear. */
public final class Staging {
    /** How many uploads there are at a time. */
    public static final int UPLOADS = 4;

    static final String SUFFIX = ".upload";
    private static final Duration SOON = Duration.ofSeconds(5);

    private final Path folder;
    private final SecureRandom random = new SecureRandom();
    private final Semaphore places;

    private Staging(Path folder, int most) {
        this.folder = folder;
        places = new Semaphore(most);
    }

    /**
     * Staging in a folder, made if absent, from which is deleted what a process that was killed has left there: nobody has its key.
     *
     * @param folder one for each process; {@code staging/uploads} in the data directory
     */
    public static Staging in(Path folder) {
        return in(folder, UPLOADS);
    }

    static Staging in(Path folder, int most) {
        try {
            Files.createDirectories(folder);
            try (DirectoryStream<Path> left = Files.newDirectoryStream(folder, "*" + SUFFIX)) {
                for (Path file : left) {
                    Files.deleteIfExists(file);
                }
            }
        } catch (IOException e) {
            throw new UnavailableException("cannot prepare the folder for uploads " + folder, e);
        }
        return new Staging(folder, most);
    }

    /**
     * Begins an upload, to be closed.
     *
     * @throws ProblemException 503 if there are as many as may be
     */
    StagedUpload begin() {
        if (!places.tryAcquire()) {
            throw new ProblemException(503, "BUSY", "as many adapters as may be are being uploaded").retryable(SOON);
        }
        return new StagedUpload(folder, random, places::release);
    }
}
