/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.checkpoint;

import io.privatefm.spi.UnavailableException;
import io.privatefm.spi.files.ModelSink;
import java.io.IOException;
import java.io.OutputStream;

/** A host's sink, as an output. */
final class SinkOutput implements ModelOutput {
    private final ModelSink sink;

    SinkOutput(ModelSink sink) {
        this.sink = sink;
    }

    @Override
    public NewFile createFile(String name, long bytes) {
        try {
            return new SentFile(name, sink.next(name, bytes));
        } catch (IOException e) {
            throw unavailable(name, e);
        }
    }

    /** Most likely whoever was to get the file has gone away. */
    private static UnavailableException unavailable(String name, IOException e) {
        return new UnavailableException("cannot send " + name + ": " + e, e);
    }

    private static final class SentFile implements NewFile {
        private final String name;
        private final OutputStream stream;

        SentFile(String name, OutputStream stream) {
            this.name = name;
            this.stream = stream;
        }

        @Override
        public void write(byte[] bytes, int length) {
            try {
                stream.write(bytes, 0, length);
            } catch (IOException e) {
                throw unavailable(name, e);
            }
        }

        @Override
        public void finish() {
            // what the sink was told of its size says it
        }

        @Override
        public void close() {
            try {
                stream.close();
            } catch (IOException e) {
                throw unavailable(name, e);
            }
        }
    }
}
