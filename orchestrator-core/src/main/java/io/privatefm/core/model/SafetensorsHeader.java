/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.model;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.privatefm.core.json.Printable;
import io.privatefm.core.json.StrictJson;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the JSON header of a safetensors file. Stricter than the reference implementation and never more lenient: no
 * duplicate key, no unknown field, no gap or overlap between tensors, names of plain ASCII, padding of spaces only.
 *
 * @see <a href="https://github.com/safetensors/safetensors#format">the format</a>
 */
final class SafetensorsHeader {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.]+");
    private static final String METADATA = "__metadata__";
    private static final int MAX_DIGITS = 19;

    /** Where one tensor lies: {@code [begin, end)} counted from the end of the header. */
    record Entry(TensorInfo info, long begin, long end) {}

    private final String file;
    private final ErrorCode code;
    private final FormatLimits limits;
    private final List<Entry> entries = new ArrayList<>();

    private SafetensorsHeader(String file, ErrorCode code, FormatLimits limits) {
        this.file = file;
        this.code = code;
        this.limits = limits;
    }

    /**
     * The entries of a header, in the order of their data.
     *
     * @param header the header's bytes, without the length in front
     * @param dataBytes number of bytes that follow the header in the file
     * @param code the error code for a malformed header
     */
    static List<Entry> parse(byte[] header, long dataBytes, String file, ErrorCode code, FormatLimits limits) {
        SafetensorsHeader reader = new SafetensorsHeader(file, code, limits);
        reader.readEntries(header);
        reader.checkLayout(dataBytes);
        return List.copyOf(reader.entries);
    }

    private void readEntries(byte[] header) {
        if (header.length == 0 || header[0] != '{') {
            throw refused(null, "the header does not begin with '{'");
        }
        int end = header.length;
        while (end > 0 && header[end - 1] == ' ') {
            end--;
        }
        if (header[end - 1] != '}') {
            throw refused(null, "the header does not end with '}' and spaces");
        }
        try (JsonParser parser = StrictJson.parser(StrictJson.text(header, file, code))) {
            expect(parser.nextToken(), JsonToken.START_OBJECT, null);
            Set<String> seen = new HashSet<>();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                if (!seen.add(name)) {
                    throw refused(name, "appears twice in the header");
                }
                parser.nextToken();
                if (name.equals(METADATA)) {
                    readMetadata(parser);
                } else {
                    entries.add(readEntry(name, parser));
                    if (entries.size() > limits.tensors()) {
                        throw refused(null, "more than " + limits.tensors() + " tensors");
                    }
                }
            }
            if (parser.nextToken() != null) {
                throw refused(null, "text after the header's JSON object");
            }
        } catch (JsonProcessingException e) {
            throw refused(null, "malformed header: " + Printable.sentence(e.getOriginalMessage()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void readMetadata(JsonParser parser) throws IOException {
        expect(parser.currentToken(), JsonToken.START_OBJECT, METADATA);
        Set<String> keys = new HashSet<>();
        long bytes = 0;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String key = parser.currentName();
            if (!keys.add(key)) {
                throw refused(METADATA, "holds the key '" + Printable.name(key) + "' twice");
            }
            bytes += utf8Length(key);
            if (parser.nextToken() != JsonToken.VALUE_STRING || !StrictJson.isUnicode(parser.getText())) {
                throw refused(METADATA, "holds something else than text");
            }
            bytes += utf8Length(parser.getText());
            if (bytes > limits.metadataBytes()) {
                throw refused(METADATA, "longer than " + limits.metadataBytes() + " bytes");
            }
        }
    }

    private static int utf8Length(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    private Entry readEntry(String name, JsonParser parser) throws IOException {
        if (name.length() > limits.nameLength() || !NAME.matcher(name).matches() || name.contains("..")) {
            throw refused(
                    Printable.name(name),
                    "a tensor's name is 1 to " + limits.nameLength() + " of A-Z a-z 0-9 _ . without '..'");
        }
        expect(parser.currentToken(), JsonToken.START_OBJECT, name);
        @Nullable Dtype dtype = null;
        long @Nullable [] shape = null;
        long @Nullable [] offsets = null;
        Set<String> fields = new HashSet<>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            if (!fields.add(field)) {
                throw refused(name, "has two fields '" + Printable.name(field) + "'");
            }
            parser.nextToken();
            switch (field) {
                case "dtype" -> dtype = readDtype(name, parser);
                case "shape" -> shape = readNumbers(name, field, limits.dimensions(), parser);
                case "data_offsets" -> offsets = readNumbers(name, field, 2, parser);
                default -> throw refused(name, "unknown field '" + Printable.name(field) + "'");
            }
        }
        if (dtype == null || shape == null || offsets == null) {
            throw refused(name, "needs dtype, shape and data_offsets");
        }
        if (offsets.length != 2 || offsets[0] > offsets[1]) {
            throw refused(name, "data_offsets must be [begin, end] with begin <= end");
        }
        return new Entry(info(name, dtype, shape, offsets[1] - offsets[0]), offsets[0], offsets[1]);
    }

    private TensorInfo info(String name, Dtype dtype, long[] dims, long bytes) {
        try {
            TensorInfo info = new TensorInfo(name, dtype, Shape.of(dims));
            if (info.byteLength() != bytes) {
                throw refused(
                        name,
                        dtype + " " + info.shape() + " needs " + info.byteLength() + " bytes, data_offsets give "
                                + bytes);
            }
            return info;
        } catch (ArithmeticException e) {
            throw refused(name, "the size of its shape is out of range: " + e.getMessage());
        }
    }

    private Dtype readDtype(String name, JsonParser parser) throws IOException {
        expect(parser.currentToken(), JsonToken.VALUE_STRING, name);
        String dtype = parser.getText();
        return Dtype.named(dtype).orElseThrow(() -> refused(name, "unknown dtype '" + Printable.name(dtype) + "'"));
    }

    private long[] readNumbers(String name, String field, int most, JsonParser parser) throws IOException {
        expect(parser.currentToken(), JsonToken.START_ARRAY, name);
        long[] numbers = new long[most];
        int count = 0;
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT || count == most) {
                throw refused(name, field + " must be at most " + most + " whole numbers");
            }
            String digits = parser.getText();
            if (digits.startsWith("-")) {
                throw refused(name, field + " holds a negative number");
            }
            if (digits.length() > MAX_DIGITS || parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
                throw refused(name, field + " holds a number beyond 2^63 - 1");
            }
            numbers[count++] = parser.getLongValue();
        }
        return java.util.Arrays.copyOf(numbers, count);
    }

    private void checkLayout(long dataBytes) {
        entries.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
        long at = 0;
        for (Entry entry : entries) {
            if (entry.begin() != at) {
                throw refused(
                        entry.info().name(),
                        "its data begins at " + entry.begin() + (entry.begin() < at ? ", inside" : ", not right after")
                                + " the tensor before it, which ends at " + at);
            }
            at = entry.end();
        }
        if (at != dataBytes) {
            String last = entries.isEmpty()
                    ? null
                    : entries.get(entries.size() - 1).info().name();
            throw refused(
                    last,
                    at > dataBytes
                            ? "truncated: the data should be " + at + " bytes, the file holds " + dataBytes
                            : (dataBytes - at) + " bytes follow the last tensor's data");
        }
    }

    private void expect(@Nullable JsonToken found, JsonToken wanted, @Nullable String tensor) {
        if (found != wanted) {
            throw refused(tensor, "malformed header: expected " + wanted + ", found " + found);
        }
    }

    private InvalidInputException refused(@Nullable String tensor, String reason) {
        return new InvalidInputException(code, file, tensor, reason);
    }
}
