/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.privatefm.spi.files.ModelSink;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Fixture: a sink that keeps what it gets, sees to it that files come one after the other, and may fail. */
final class SentFiles implements ModelSink {
    private final Map<String, ByteArrayOutputStream> files = new LinkedHashMap<>();
    private long left;
    private long failsAfter = Long.MAX_VALUE;
    private boolean failsToClose;
    private boolean open;

    /** Fails when it has got this many bytes. */
    SentFiles failAfter(long bytes) {
        failsAfter = bytes;
        return this;
    }

    /** Fails when the first file is closed. */
    SentFiles failToClose() {
        failsToClose = true;
        return this;
    }

    /** Names in the order in which they came. */
    List<String> names() {
        return List.copyOf(files.keySet());
    }

    byte[] bytes(String name) {
        return files.get(name).toByteArray();
    }

    boolean isOpen() {
        return open;
    }

    @Override
    public OutputStream next(String file, long bytes) throws IOException {
        assertThat(open).as("a file is open").isFalse();
        assertThat(left).as("bytes that were announced and did not come").isZero();
        fail(1);
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        assertThat(files.put(file, content)).as("a second " + file).isNull();
        left = bytes;
        open = true;
        return new OutputStream() {
            @Override
            public void write(int one) throws IOException {
                write(new byte[] {(byte) one}, 0, 1);
            }

            @Override
            public void write(byte[] source, int from, int length) throws IOException {
                fail(length);
                left -= length;
                assertThat(left).isNotNegative();
                content.write(source, from, length);
            }

            @Override
            public void close() throws IOException {
                open = false;
                if (failsToClose) {
                    throw new IOException("it cannot be closed");
                }
            }
        };
    }

    private void fail(long length) throws IOException {
        failsAfter -= length;
        if (failsAfter < 0) {
            throw new IOException("the other side has gone away");
        }
    }
}
