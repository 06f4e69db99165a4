/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore;

import io.privatefm.modelstore.http.Answer;
import io.privatefm.modelstore.http.Attempts;
import io.privatefm.modelstore.http.HttpSource;
import io.privatefm.modelstore.http.Origin;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.FoundationWrongException;
import io.privatefm.spi.InvalidInputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Downloads one file: what is there already is kept, what is missing is asked for by its range, and a connection that
 * breaks is only a reason to ask again. Memory does not depend on what the server sends.
 */
final class Download {
    private static final Pattern RANGE = Pattern.compile("bytes (\\d{1,18})-\\d{1,18}/(\\d{1,18}|\\*)");

    private final HttpSource source;
    private final RemoteFile file;

    Download(HttpSource source, RemoteFile file) {
        this.source = source;
        this.file = file;
    }

    /**
     * Fills a part. Bytes that came in pieces and do not hash to what is promised are downloaded once more, whole: the
     * file may have changed in between.
     *
     * @throws FoundationWrongException if the server's bytes are not those that are promised; the part is then empty
     * @throws InvalidInputException if the server does not have the file, or refuses it
     * @throws io.privatefm.spi.UnavailableException if the server does not answer; the part keeps what came
     */
    void into(Part part) {
        try {
            receive(part);
            if (part.isAsPromised()) {
                return;
            }
            boolean again = part.isPieced();
            part.clear();
            if (again) {
                receive(part);
            }
            if (!again || !part.isAsPromised()) {
                throw wrong("its bytes do not hash to what the list of files promises, "
                        + file.checksum().hex());
            }
        } catch (FoundationWrongException e) {
            part.clear();
            throw e;
        }
    }

    private void receive(Part part) {
        Attempts attempts = source.attempts();
        while (!part.isFull()) {
            long before = part.size();
            try {
                once(part);
            } catch (IOException e) {
                if (!part.isFull()) {
                    attempts.failed(file.uri(), e, part.size() - before);
                }
            }
        }
    }

    private void once(Part part) throws IOException {
        try (Answer answer = source.get(file.uri(), question(part))) {
            requirePromises(answer);
            requireStart(answer, part);
            part.begin(answer.etag());
            for (@Nullable ByteBuffer bytes = answer.next(); bytes != null; bytes = answer.next()) {
                if (bytes.remaining() > file.bytes() - part.size()) {
                    throw wrong("is longer than the " + file.bytes() + " bytes that are promised");
                }
                part.write(bytes);
            }
        }
        if (!part.isFull()) {
            throw wrong("ends after " + part.size() + " bytes of the " + file.bytes() + " that are promised");
        }
    }

    private static Map<String, String> question(Part part) {
        Map<String, String> headers = new HashMap<>();
        if (part.size() > 0) {
            headers.put("Range", "bytes=" + part.size() + "-");
            part.etag().filter(tag -> tag.startsWith("\"")).ifPresent(tag -> headers.put("If-Range", tag));
        }
        return headers;
    }

    private void requirePromises(Answer answer) {
        file.headers()
                .forEach((name, promised) -> answer.firstHeader(name)
                        .map(said -> said.replaceFirst("^W/", "").replace("\"", ""))
                        .filter(said -> !said.equals(promised))
                        .ifPresent(said -> {
                            throw wrong("has the " + name + " " + Failures.shown(said) + " instead of " + promised);
                        }));
    }

    private void requireStart(Answer answer, Part part) throws IOException {
        switch (answer.status()) {
            case 200 -> {
                part.clear();
                answer.header("Content-Length")
                        .filter(length -> !length.equals(Long.toString(file.bytes())))
                        .ifPresent(length -> {
                            throw wrong("has " + Failures.shown(length) + " bytes instead of the " + file.bytes()
                                    + " that are promised");
                        });
            }
            case 206 -> requireRange(answer.header("Content-Range"), part);
            case 404, 410 ->
                throw new InvalidInputException(
                        ErrorCode.INVALID_ARGUMENT,
                        "there is no " + Origin.shown(file.uri()) + " (status " + answer.status()
                                + "), which the list of files names");
            case 416 -> throw wrong("has not even the " + part.size() + " bytes that came before");
            default -> throw new IOException("it answers " + answer.status());
        }
    }

    private void requireRange(Optional<String> range, Part part) {
        Matcher matcher = RANGE.matcher(range.orElse(""));
        if (part.size() == 0 || !matcher.matches() || Long.parseLong(matcher.group(1)) != part.size()) {
            throw wrong("answers with another range than it was asked for");
        }
        String whole = matcher.group(2);
        if (!whole.equals("*") && Long.parseLong(whole) != file.bytes()) {
            throw wrong("has " + whole + " bytes instead of the " + file.bytes() + " that are promised");
        }
    }

    private FoundationWrongException wrong(String reason) {
        return new FoundationWrongException(Origin.shown(file.uri()) + ": " + reason);
    }
}
