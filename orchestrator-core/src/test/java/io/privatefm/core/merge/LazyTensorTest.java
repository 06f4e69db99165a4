/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.merge;

import static org.assertj.core.api.Assertions.assertThat;

import io.privatefm.core.AdapterFixture;
import io.privatefm.core.ModelFixture;
import io.privatefm.core.adapter.Adapter;
import io.privatefm.core.model.Dtype;
import io.privatefm.core.model.FormatLimits;
import io.privatefm.core.model.ModelDirectory;
import io.privatefm.core.model.TensorSource;
import io.privatefm.spi.adapter.AdapterLimits;
import io.privatefm.spi.files.ModelFiles;
import io.privatefm.spi.files.RangedFile;
import io.privatefm.spi.merge.Composition;
import io.privatefm.spi.merge.Rounding;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The factors of a merged tensor")
class LazyTensorTest {
    private final CountingFiles adapterFiles = new CountingFiles(
            AdapterFixture.seeded(2, 3, 3).linear("m.proj", 30, 20).files());

    @Test
    @DisplayName("are loaded by the first read, kept for the next ones, dropped on release, and loaded again")
    void lifecycle() {
        run(tensor -> {
            adapterFiles.reads.set(0);
            tensor.info();
            tensor.read(0, new byte[0], 0, 0);
            assertThat(adapterFiles.reads).as("nothing is asked for yet").hasValue(0);

            byte[] first = read(tensor);
            assertThat(adapterFiles.reads).as("factors A and B").hasValue(2);
            assertThat(read(tensor)).isEqualTo(first);
            assertThat(adapterFiles.reads).as("still there").hasValue(2);

            tensor.release();
            tensor.release();
            assertThat(adapterFiles.reads).as("releasing reads nothing").hasValue(2);
            assertThat(read(tensor)).isEqualTo(first);
            assertThat(adapterFiles.reads).as("loaded again").hasValue(4);
        });
    }

    @Test
    @DisplayName("are loaded once for eight threads that begin together")
    void loadedOnce() {
        run(tensor -> {
            byte[] expected = read(tensor);
            tensor.release();
            adapterFiles.reads.set(0);
            ExecutorService pool = Executors.newFixedThreadPool(8);
            try {
                List<Future<byte[]>> reads = new ArrayList<>();
                for (int i = 0; i < 8; i++) {
                    reads.add(pool.submit(() -> read(tensor)));
                }
                for (Future<byte[]> result : reads) {
                    assertThat(result.get()).isEqualTo(expected);
                }
            } finally {
                pool.shutdown();
            }
            assertThat(adapterFiles.reads).hasValue(2);
        });
    }

    private interface Body {
        void accept(TensorSource tensor) throws Exception;
    }

    private void run(Body body) {
        ModelFixture model = ModelFixture.seeded(1).random("m.proj.weight", Dtype.BF16, 30, 20);
        try (ModelDirectory directory = ModelDirectory.open(model.files(), FormatLimits.FOUNDATION);
                Adapter adapter = Adapter.open(adapterFiles, AdapterLimits.DEFAULT)) {
            body.accept(new VariantAssembler(directory.tensors(), directory.config(), new ScalarKernels(), 100)
                    .assemble(
                            List.of(new VariantAssembler.Part("math", adapter, 1f)),
                            new WeightedSum(),
                            Rounding.SINGLE,
                            Composition.SUM)
                    .changed()
                    .get("m.proj.weight"));
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] read(TensorSource tensor) {
        byte[] bytes = new byte[(int) tensor.info().byteLength()];
        tensor.read(0, bytes, 0, bytes.length);
        return bytes;
    }

    /** Counts reads. */
    private static final class CountingFiles implements ModelFiles {
        final AtomicInteger reads = new AtomicInteger();
        private final ModelFiles files;

        CountingFiles(ModelFiles files) {
            this.files = files;
        }

        @Override
        public String location() {
            return files.location();
        }

        @Override
        public List<String> names() {
            return files.names();
        }

        @Override
        public RangedFile open(String name) {
            RangedFile file = files.open(name);
            return new RangedFile() {
                @Override
                public long size() {
                    return file.size();
                }

                @Override
                public void read(long position, ByteBuffer target) {
                    reads.incrementAndGet();
                    file.read(position, target);
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
}
