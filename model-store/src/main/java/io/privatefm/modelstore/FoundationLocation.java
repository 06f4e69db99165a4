/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore;

import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.foundation.FoundationStore;
import java.net.URI;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a foundation is, as one text says it:
 *
 * <ul>
 *   <li>a path, or a {@code file:} URL: a {@link FoundationDirectory};
 *   <li>{@code http://…} or {@code https://…}: a model registry;
 *   <li>{@code hf://organization/model@revision,revision}: revisions of a model on the Hugging Face Hub, oldest first;
 *   <li>{@code hf+https://host/organization/model@revision,revision} (or {@code hf+http:}): the same on another hub.
 * </ul>
 */
public final class FoundationLocation {
    private static final String HUB = "https://huggingface.co";
    private static final Pattern SCHEME = Pattern.compile("(?:(file):|([A-Za-z][A-Za-z0-9+.-]+)://).*");
    private static final Pattern MODEL = Pattern.compile("([^@]+)@([^@]+)");
    private static final Pattern OTHER_HUB = Pattern.compile("hf\\+(https?://[^/@]+)/(.*)", Pattern.CASE_INSENSITIVE);

    private FoundationLocation() {}

    /**
     * The store at a location; a server is not asked yet.
     *
     * @param apiKey for a server; a directory needs none
     * @param cache directory for what is downloaded; not used for a directory
     * @throws InvalidInputException ({@link ErrorCode#CONFIGURATION}) if the location is none of the above, or the
     *     directory does not exist
     */
    public static FoundationStore open(String location, Optional<String> apiKey, Path cache) {
        Matcher scheme = SCHEME.matcher(location);
        if (!scheme.matches()) {
            return directory(location);
        }
        String name = scheme.group(1) == null ? scheme.group(2) : scheme.group(1);
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "http", "https" -> built(HttpFoundation.registry(location, cache), apiKey);
            case "hf" -> built(hub(HUB, location.replaceFirst("^[^:]*:/*", ""), cache), apiKey);
            case "hf+http", "hf+https" -> built(otherHub(location, cache), apiKey);
            case "file" -> fileUrl(location);
            default ->
                throw refused("a foundation store is a directory or a URL that begins with http://, https://, hf:// or"
                        + " hf+https://, not with '" + name + "://'");
        };
    }

    private static FoundationStore built(HttpFoundation.Builder builder, Optional<String> apiKey) {
        apiKey.ifPresent(builder::apiKey);
        return builder.build();
    }

    private static HttpFoundation.Builder otherHub(String location, Path cache) {
        Matcher hub = OTHER_HUB.matcher(location);
        if (!hub.matches()) {
            throw refused("a model on a hub is written as hf+https://host/organization/model@revision,revision");
        }
        return hub(hub.group(1), hub.group(2), cache);
    }

    private static HttpFoundation.Builder hub(String url, String models, Path cache) {
        Matcher model = MODEL.matcher(models);
        if (!model.matches()) {
            throw refused("a model on a hub is written as hf://organization/model@revision,revision");
        }
        List<HubRelease> releases = Arrays.stream(model.group(2).split(",", -1))
                .map(revision -> HubRelease.of(model.group(1), revision))
                .toList();
        return HttpFoundation.hub(url, releases, cache);
    }

    private static FoundationStore fileUrl(String location) {
        try {
            return FoundationDirectory.at(Path.of(URI.create(location)));
        } catch (IllegalArgumentException e) {
            throw refused("a file URL is written as file:///directory");
        }
    }

    private static FoundationStore directory(String path) {
        try {
            return FoundationDirectory.at(Path.of(path));
        } catch (InvalidPathException e) {
            throw refused("the foundation store's directory is no path of this system: " + Failures.shown(path));
        }
    }

    private static InvalidInputException refused(String reason) {
        return new InvalidInputException(ErrorCode.CONFIGURATION, reason);
    }
}
