/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core;

import io.privatefm.core.inbox.NotYetException;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.PfmException;
import io.privatefm.spi.adapter.AdapterStore;
import io.privatefm.spi.files.ModelFiles;
import io.privatefm.spi.files.RangedFile;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Supplier;

/**
 * Files of an adapter store, whose trouble is that of one message: where they cannot be read now, that is a {@link NotYetException},
 * unlike trouble of the own stores, which every message waits for.
 */
final class TrainersFiles implements ModelFiles {
    private final ModelFiles files;

    private TrainersFiles(ModelFiles files) {
        this.files = files;
    }

    static ModelFiles open(AdapterStore trainers, String reference) {
        return new TrainersFiles(now(() -> trainers.open(reference)));
    }

    private static <T> T now(Supplier<T> reading) {
        try {
            return reading.get();
        } catch (PfmException e) {
            if (e.code().kind() != ErrorCode.Kind.BAD_INPUT) {
                throw new NotYetException("the adapter store cannot be read now: " + e.getMessage(), e);
            }
            throw e;
        }
    }

    @Override
    public String location() {
        return files.location();
    }

    @Override
    public List<String> names() {
        return now(files::names);
    }

    @Override
    public RangedFile open(String name) {
        RangedFile file = now(() -> files.open(name));
        return new RangedFile() {
            @Override
            public long size() {
                return now(file::size);
            }

            @Override
            public void read(long position, ByteBuffer target) {
                now(() -> {
                    file.read(position, target);
                    return target;
                });
            }

            @Override
            public void close() {
                file.close();
            }
        };
    }

    @Override
    public void close() {
        files.close();
    }
}
