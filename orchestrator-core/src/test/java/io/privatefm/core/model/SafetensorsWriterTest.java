/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.adapter.AdapterLimits;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * The expected files are what {@code safetensors.serialize(tensors, {"format": "pt"})} of safetensors 0.8.0 for Python
 * wrote on a little-endian machine.
 */
@DisplayName("The safetensors writer")
class SafetensorsWriterTest {
    private static final HexFormat HEX = HexFormat.of();

    /** Tensors of the file under test, in an order that is not the file's. */
    private final List<Stored> tensors = new ArrayList<>();

    @Test
    @DisplayName("writes one tensor byte for byte as the reference implementation does")
    void oneTensor() {
        put("a.weight", Dtype.F32, Shape.of(2, 2), "0000803f" + "00000040" + "00004040" + "00008040");

        assertThat(HEX.formatHex(write()))
                .isEqualTo(
                        "6000000000000000" // 96 = 95 + 1 space
                                + "7b225f5f6d657461646174615f5f223a7b22666f726d6174223a227074227d2c22612e77656967687422"
                                + "3a7b226474797065223a22463332222c227368617065223a5b322c325d2c22646174615f6f666673657473"
                                + "223a5b302c31365d7d7d20"
                                + "0000803f000000400000404000008040");
    }

    @Test
    @DisplayName("writes a file without tensors as the reference implementation does")
    void noTensors() {
        assertThat(write()).isEqualTo(file("{'__metadata__':{'format':'pt'}}", ""));
    }

    @Test
    @DisplayName("orders tensors by dtype and then name, as the reference implementation does")
    void mixed() {
        put("b.bias", Dtype.F32, Shape.of(2), "0000c03f000000c0");
        put("a.half", Dtype.F16, Shape.of(3), "003c00400042");
        put("c.mask", Dtype.BOOL, Shape.of(5), "0100010001");
        put("a.bias", Dtype.F32, Shape.of(), "0000e040");
        put("d.ids", Dtype.I64, Shape.of(1, 0), "");
        put("B.brain", Dtype.BF16, Shape.of(1, 1), "803f");

        assertThat(write())
                .isEqualTo(file(
                        "{'__metadata__':{'format':'pt'},"
                                + "'d.ids':{'dtype':'I64','shape':[1,0],'data_offsets':[0,0]},"
                                + "'a.bias':{'dtype':'F32','shape':[],'data_offsets':[0,4]},"
                                + "'b.bias':{'dtype':'F32','shape':[2],'data_offsets':[4,12]},"
                                + "'B.brain':{'dtype':'BF16','shape':[1,1],'data_offsets':[12,14]},"
                                + "'a.half':{'dtype':'F16','shape':[3],'data_offsets':[14,20]},"
                                + "'c.mask':{'dtype':'BOOL','shape':[5],'data_offsets':[20,25]}}",
                        "0000e040" + "0000c03f000000c0" + "803f" + "003c00400042" + "0100010001"));
    }

    @Test
    @DisplayName("knows the reference implementation's order of dtypes")
    void everyDtype() {
        put("t00", Dtype.BOOL, Shape.of(1), "00");
        put("t01", Dtype.F4, Shape.of(2), "01");
        put("t02", Dtype.U8, Shape.of(1), "02");
        put("t03", Dtype.I8, Shape.of(1), "03");
        put("t04", Dtype.F8_E5M2, Shape.of(1), "04");
        put("t05", Dtype.F8_E4M3, Shape.of(1), "05");
        put("t06", Dtype.F8_E8M0, Shape.of(1), "06");
        put("t07", Dtype.I16, Shape.of(1), "0707");
        put("t08", Dtype.U16, Shape.of(1), "0808");
        put("t09", Dtype.F16, Shape.of(1), "0909");
        put("t10", Dtype.BF16, Shape.of(1), "0a0a");
        put("t11", Dtype.I32, Shape.of(1), "0b0b0b0b");
        put("t12", Dtype.U32, Shape.of(1), "0c0c0c0c");
        put("t13", Dtype.F32, Shape.of(1), "0d0d0d0d");
        put("t14", Dtype.C64, Shape.of(1), "0e0e0e0e0e0e0e0e");
        put("t15", Dtype.F64, Shape.of(1), "0f0f0f0f0f0f0f0f");
        put("t16", Dtype.I64, Shape.of(1), "1010101010101010");
        put("t17", Dtype.U64, Shape.of(1), "1111111111111111");

        assertThat(write())
                .isEqualTo(file(
                        "{'__metadata__':{'format':'pt'},"
                                + "'t17':{'dtype':'U64','shape':[1],'data_offsets':[0,8]},"
                                + "'t16':{'dtype':'I64','shape':[1],'data_offsets':[8,16]},"
                                + "'t15':{'dtype':'F64','shape':[1],'data_offsets':[16,24]},"
                                + "'t14':{'dtype':'C64','shape':[1],'data_offsets':[24,32]},"
                                + "'t13':{'dtype':'F32','shape':[1],'data_offsets':[32,36]},"
                                + "'t12':{'dtype':'U32','shape':[1],'data_offsets':[36,40]},"
                                + "'t11':{'dtype':'I32','shape':[1],'data_offsets':[40,44]},"
                                + "'t10':{'dtype':'BF16','shape':[1],'data_offsets':[44,46]},"
                                + "'t09':{'dtype':'F16','shape':[1],'data_offsets':[46,48]},"
                                + "'t08':{'dtype':'U16','shape':[1],'data_offsets':[48,50]},"
                                + "'t07':{'dtype':'I16','shape':[1],'data_offsets':[50,52]},"
                                + "'t06':{'dtype':'F8_E8M0','shape':[1],'data_offsets':[52,53]},"
                                + "'t05':{'dtype':'F8_E4M3','shape':[1],'data_offsets':[53,54]},"
                                + "'t04':{'dtype':'F8_E5M2','shape':[1],'data_offsets':[54,55]},"
                                + "'t03':{'dtype':'I8','shape':[1],'data_offsets':[55,56]},"
                                + "'t02':{'dtype':'U8','shape':[1],'data_offsets':[56,57]},"
                                + "'t01':{'dtype':'F4','shape':[2],'data_offsets':[57,58]},"
                                + "'t00':{'dtype':'BOOL','shape':[1],'data_offsets':[58,59]}}      ",
                        "1111111111111111" + "1010101010101010" + "0f0f0f0f0f0f0f0f" + "0e0e0e0e0e0e0e0e"
                                + "0d0d0d0d" + "0c0c0c0c" + "0b0b0b0b" + "0a0a" + "0909" + "0808" + "0707"
                                + "06" + "05" + "04" + "03" + "02" + "01" + "00"));
    }

    @Test
    @DisplayName("orders the dtypes that Python does not know by the reference implementation's enum")
    void dtypesWithoutPython() {
        List<Stored> given = new ArrayList<>();
        for (Dtype dtype : List.of(
                Dtype.F4,
                Dtype.F6_E2M3,
                Dtype.F6_E3M2,
                Dtype.U8,
                Dtype.F8_E8M0,
                Dtype.F8_E4M3FNUZ,
                Dtype.F8_E5M2FNUZ,
                Dtype.I16)) {
            given.add(new Stored(new TensorInfo("t", dtype, Shape.of(4))));
        }
        List<TensorSource> expected = new ArrayList<>(given);
        Collections.reverse(expected);
        assertThat(SafetensorsWriter.order(given)).isEqualTo(expected);
    }

    @Test
    @DisplayName("orders names by their bytes, and leaves the list that it was given as it is")
    void orderOfNames() {
        List<Stored> given = Stream.of("a_b", "a.b", "a", "a10", "a2", "B", "_")
                .map(name -> new Stored(info(name)))
                .toList();
        assertThat(SafetensorsWriter.order(given))
                .extracting(tensor -> tensor.info().name())
                .containsExactly("B", "_", "a", "a.b", "a10", "a2", "a_b");
        assertThat(given.get(0).info().name()).isEqualTo("a_b");
    }

    @Test
    @DisplayName("lets the data begin at a multiple of 8, with at most 7 spaces, whatever the length of a name")
    void alignment() {
        for (int length = 1; length <= 16; length++) {
            byte[] header = SafetensorsWriter.header(List.of(info("n".repeat(length))));
            assertThat(header.length % 8).isZero();
            assertThat(ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN).getLong())
                    .isEqualTo(header.length - Long.BYTES);
            assertThat(new String(header, Long.BYTES, header.length - Long.BYTES, StandardCharsets.US_ASCII))
                    .matches("\\{.*\\}\\}\\}? {0,7}");
        }
    }

    @Test
    @DisplayName("writes what the reader reads, whatever the tensors and their order")
    void roundTrip() {
        Random random = new Random(TestSeed.of(getClass()));
        List<Dtype> dtypes = List.of(Dtype.values());
        for (int round = 0; round < 200; round++) {
            tensors.clear();
            int count = random.nextInt(20);
            for (int i = 0; i < count; i++) {
                Dtype dtype = dtypes.get(random.nextInt(dtypes.size()));
                Shape shape = randomShape(random);
                byte[] bytes = new byte[(int) new TensorInfo("", dtype, shape).byteLength()];
                random.nextBytes(bytes);
                tensors.add(new Stored(new TensorInfo("t" + random.nextInt(1000) + "." + i, dtype, shape), bytes));
            }
            byte[] written = write();
            assertReadBack(written);

            Collections.shuffle(tensors, random);
            assertThat(write()).isEqualTo(written);
        }
    }

    private void assertReadBack(byte[] written) {
        InMemoryModelFiles files = new InMemoryModelFiles().put("f", written);
        try (SafetensorsFile file =
                SafetensorsFile.open(files, "f", ErrorCode.MODEL_INVALID, FormatLimits.of(AdapterLimits.DEFAULT))) {
            List<TensorSource> expected = SafetensorsWriter.order(tensors);
            assertThat(file.tensors())
                    .extracting(ModelTensor::info)
                    .containsExactlyElementsOf(
                            expected.stream().map(TensorSource::info).toList());
            for (int i = 0; i < expected.size(); i++) {
                assertThat(bytes(file.tensors().get(i))).isEqualTo(bytes(expected.get(i)));
            }
        }
    }

    private static Shape randomShape(Random random) {
        long[] dims = new long[random.nextInt(4) + 1];
        for (int i = 0; i < dims.length; i++) {
            dims[i] = random.nextInt(4);
        }
        dims[0] *= 4; // whole bytes, also for F4 and F6
        return Shape.of(dims);
    }

    private void put(String name, Dtype dtype, Shape shape, String hex) {
        tensors.add(new Stored(new TensorInfo(name, dtype, shape), HEX.parseHex(hex)));
    }

    private byte[] write() {
        List<TensorSource> ordered = SafetensorsWriter.order(tensors);
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        file.writeBytes(SafetensorsWriter.header(
                ordered.stream().map(TensorSource::info).toList()));
        ordered.forEach(tensor -> file.writeBytes(bytes(tensor)));
        return file.toByteArray();
    }

    private static byte[] file(String header, String dataHex) {
        return SafetensorsBytes.raw(header.replace('\'', '"'), HEX.parseHex(dataHex));
    }

    private static byte[] bytes(TensorSource tensor) {
        byte[] bytes = new byte[(int) tensor.info().byteLength()];
        tensor.read(0, bytes, 0, bytes.length);
        return bytes;
    }

    private static TensorInfo info(String name) {
        return new TensorInfo(name, Dtype.U8, Shape.of(0));
    }

    /** A tensor whose bytes are in memory. */
    private static final class Stored implements TensorSource {
        private final TensorInfo info;
        private final byte[] bytes;

        Stored(TensorInfo info, byte... bytes) {
            this.info = info;
            this.bytes = bytes;
        }

        @Override
        public TensorInfo info() {
            return info;
        }

        @Override
        public void read(long offset, byte[] target, int at, int length) {
            System.arraycopy(bytes, (int) offset, target, at, length);
        }
    }
}
