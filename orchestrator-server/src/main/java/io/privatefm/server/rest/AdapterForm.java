/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.adapter.AdapterLimits;
import jakarta.servlet.http.HttpServletRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.MultiPart;
import org.eclipse.jetty.io.Content;
import org.jspecify.annotations.Nullable;

/**
 * Reads an adapter from a {@code multipart/form-data} body (RFC 7578), piece by piece: its two files, each once, and {@code trained_on}
 * if the caller says so. What is wrong with any part is collected and reported at once. For one body; not safe for use by several threads.
 */
final class AdapterForm implements MultiPart.Parser.Listener {
    static final String CONFIG = "adapter_config.json";
    static final String WEIGHTS = "adapter_model.safetensors";
    static final String TRAINED_ON = "trained_on";

    private static final int PIECE = 64 << 10;
    private static final int MOST_PARTS = 16;
    private static final int MOST_HEADER_BYTES = 4 << 10;
    private static final int MOST_TEXT = 128;

    private final StagedUpload upload;
    private final long most;
    private final List<FieldProblem> problems = new ArrayList<>();
    private final Set<String> seen = new HashSet<>();

    private String name = "";
    private @Nullable EphemeralFile file;
    private @Nullable ByteArrayOutputStream text;
    private Optional<Sha256> trainedOn = Optional.empty();
    private boolean complete;
    private @Nullable Throwable failure;

    private AdapterForm(StagedUpload upload, long most) {
        this.upload = upload;
        this.most = most;
    }

    /**
     * Reads a body.
     *
     * @param upload where the files go
     * @param most most bytes of the body
     * @return what {@code trained_on} says
     * @throws ProblemException 400 if it is not such a body, 413 if it is too large, 422 if its parts are not those that must be there
     */
    static Optional<Sha256> read(HttpServletRequest request, StagedUpload upload, long most) {
        AdapterForm form = new AdapterForm(upload, most);
        form.parse(request, boundary(request));
        return form.end();
    }

    private static String boundary(HttpServletRequest request) {
        String boundary;
        try {
            boundary = MultiPart.extractBoundary(request.getContentType());
        } catch (IllegalArgumentException e) { // a quote that does not end
            boundary = null;
        }
        if (boundary == null || boundary.isEmpty() || boundary.length() > 70) { // RFC 2046, 5.1.1
            throw ProblemException.malformed("multipart/form-data needs a boundary of 1 to 70 characters");
        }
        return boundary;
    }

    private void parse(HttpServletRequest request, String boundary) {
        MultiPart.Parser parser = new MultiPart.Parser(boundary, this);
        parser.setMaxParts(MOST_PARTS);
        parser.setPartHeadersMaxLength(MOST_HEADER_BYTES);
        long total = 0;
        try (InputStream in = request.getInputStream()) {
            byte[] piece = new byte[PIECE];
            for (int read = in.read(piece); read >= 0; read = in.read(piece)) {
                total += read;
                if (total > most) {
                    throw RequestBody.tooLarge(most);
                }
                parser.parse(Content.Chunk.from(ByteBuffer.wrap(piece.clone(), 0, read), false));
                requireGoing();
            }
            parser.parse(Content.Chunk.EOF);
            requireGoing();
        } catch (IOException e) {
            throw RequestBody.broken(e);
        }
        if (!complete) {
            throw ProblemException.malformed("the multipart body has no end");
        }
    }

    private void requireGoing() {
        if (failure instanceof ProblemException refusal) {
            throw refusal;
        }
        if (failure != null) {
            throw ProblemException.malformed("the body is not multipart/form-data as RFC 7578 has it");
        }
    }

    private Optional<Sha256> end() {
        for (String required : List.of(CONFIG, WEIGHTS)) {
            if (!seen.contains(required)) {
                problems.add(FieldProblem.at("/" + required, required + " is missing"));
            }
        }
        if (!problems.isEmpty()) {
            throw ProblemException.invalid(problems);
        }
        return trainedOn;
    }

    @Override
    public void onPartBegin() {
        name = "";
        file = null;
        text = null;
    }

    @Override
    public void onPartHeader(String header, String value) {
        if (header.toLowerCase(Locale.ROOT).equals("content-disposition")) {
            Map<String, String> parameters = new HashMap<>();
            String kind = HttpField.getValueParameters(value, parameters);
            if ("form-data".equals(kind)) {
                name = Optional.ofNullable(parameters.get("name")).orElse("");
            }
        }
    }

    @Override
    public void onPartHeaders() {
        switch (name) {
            case CONFIG, WEIGHTS -> {
                if (isFirst()) {
                    file = upload.begin(name);
                }
            }
            case TRAINED_ON -> {
                if (isFirst()) {
                    text = new ByteArrayOutputStream();
                }
            }
            case "" -> problems.add(FieldProblem.at("", "a part has no name"));
            default ->
                problems.add(
                        FieldProblem.at("/" + name.replace("~", "~0").replace("/", "~1"), "there is no such part"));
        }
    }

    private boolean isFirst() {
        boolean first = seen.add(name);
        if (!first) {
            problems.add(FieldProblem.at("/" + name, name + " is there twice"));
        }
        return first;
    }

    @Override
    public void onPartContent(Content.Chunk chunk) {
        ByteBuffer bytes = chunk.getByteBuffer();
        if (file != null) {
            if (name.equals(CONFIG) && file.size() + bytes.remaining() > mostConfig()) {
                problems.add(FieldProblem.at("/" + CONFIG, CONFIG + " may have at most " + mostConfig() + " bytes"));
                file = null;
                return;
            }
            file.write(bytes);
        } else if (text != null) {
            byte[] copy = new byte[bytes.remaining()];
            bytes.get(copy);
            if (text.size() + copy.length <= MOST_TEXT) {
                text.writeBytes(copy);
            } else {
                text = null;
                problems.add(FieldProblem.at("/" + name, name + " is too long"));
            }
        }
    }

    private static long mostConfig() {
        return AdapterLimits.DEFAULT.get(AdapterLimits.Limit.CONFIG_BYTES);
    }

    @Override
    public void onPartEnd() {
        if (text != null) {
            try {
                trainedOn = Optional.of(Sha256.parse(text.toString(StandardCharsets.US_ASCII)));
            } catch (InvalidInputException e) {
                problems.add(FieldProblem.at("/" + name, String.valueOf(e.getMessage())));
            }
        }
        file = null;
        text = null;
    }

    @Override
    public void onComplete() {
        complete = true;
    }

    @Override
    public void onFailure(Throwable cause) {
        failure = cause;
    }
}
