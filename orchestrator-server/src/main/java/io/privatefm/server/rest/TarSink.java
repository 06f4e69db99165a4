/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

import io.privatefm.spi.files.ModelSink;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** Writes a model's files into one tar archive, as they come: the same files give the same bytes. */
final class TarSink implements ModelSink {
    private static final int READABLE = 0100644;

    private final TarArchiveOutputStream tar;
    private final String folder;
    private final Instant time;

    /**
     * @param folder which the files lie in
     * @param time of each file
     */
    TarSink(OutputStream out, String folder, Instant time) {
        tar = new TarArchiveOutputStream(out, StandardCharsets.UTF_8.name());
        tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
        tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
        tar.setAddPaxHeadersForNonAsciiNames(true);
        this.folder = folder;
        this.time = time;
    }

    @Override
    public OutputStream next(String file, long bytes) throws IOException {
        TarArchiveEntry entry = new TarArchiveEntry(folder + "/" + file);
        entry.setSize(bytes);
        entry.setLastModifiedTime(FileTime.from(time.getEpochSecond(), java.util.concurrent.TimeUnit.SECONDS));
        entry.setIds(0, 0);
        entry.setNames("", "");
        entry.setMode(READABLE);
        tar.putArchiveEntry(entry);
        return new FilterOutputStream(tar) {
            @Override
            public void write(byte[] data, int offset, int length) throws IOException {
                tar.write(data, offset, length);
            }

            @Override
            public void flush() {}

            @Override
            public void close() throws IOException {
                tar.closeArchiveEntry();
            }
        };
    }

    /** Ends the archive: nobody takes what is not ended for the whole. */
    void end() throws IOException {
        tar.finish();
        tar.flush();
    }
}
