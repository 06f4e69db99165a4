/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore.http;

import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The server that is asked, and the key it is asked with. The key is in no message and goes to no other server. */
public final class Origin {
    private static final String HTTP = "http";
    private static final String HTTPS = "https";
    private static final String PLAIN = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

    private final URI base;
    private final @Nullable String key;

    private Origin(URI base, @Nullable String key) {
        this.base = base;
        this.key = key;
    }

    /**
     * A server by its base URL.
     *
     * @throws InvalidInputException ({@link ErrorCode#CONFIGURATION}) if the URL is not {@code http} or {@code https},
     *     has no host, or has a user, a query or a fragment; or if the key is not printable ASCII
     */
    public static Origin of(String url, Optional<String> apiKey) {
        String stripped = url.replaceAll("/+$", "");
        URI base;
        try {
            base = new URI(stripped);
        } catch (URISyntaxException e) {
            throw refused("the URL of a model registry is malformed: " + e.getReason());
        }
        if (!isHttp(base) || base.getHost() == null) {
            throw refused("the URL of a model registry must begin with http:// or https:// and a host");
        }
        if (base.getRawUserInfo() != null || base.getRawQuery() != null || base.getRawFragment() != null) {
            throw refused("the URL of a model registry must have no user, query or fragment; give the key by itself");
        }
        apiKey.ifPresent(Origin::requirePrintable);
        return new Origin(base, apiKey.orElse(null));
    }

    /** The URL of something below the base, its names percent-encoded. */
    public URI resolve(List<String> names) {
        StringBuilder url = new StringBuilder(base.toASCIIString());
        names.forEach(name -> url.append('/').append(encoded(name)));
        return URI.create(url.toString());
    }

    /** The same with a query, as it stands. */
    public URI resolve(List<String> names, String query) {
        return URI.create(resolve(names) + "?" + query);
    }

    /** A URL as messages show it: without user, query and fragment, which may hold secrets. */
    public static String shown(URI uri) {
        String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
        @Nullable String path = uri.getRawPath();
        return uri.getScheme() + "://" + uri.getHost() + port + (path == null ? "" : path);
    }

    /** Whether a URL is of this server: scheme, host and port are its. */
    boolean owns(URI uri) {
        return base.getScheme().equalsIgnoreCase(uri.getScheme())
                && base.getHost().equalsIgnoreCase(uri.getHost())
                && port(base) == port(uri);
    }

    /** The value of the header {@code Authorization}. */
    Optional<String> authorization() {
        return Optional.ofNullable(key).map(given -> "Bearer " + given);
    }

    static boolean isHttp(URI uri) {
        return HTTP.equalsIgnoreCase(uri.getScheme()) || isHttps(uri);
    }

    static boolean isHttps(URI uri) {
        return HTTPS.equalsIgnoreCase(uri.getScheme());
    }

    /** The base URL; never the key. */
    @Override
    public String toString() {
        return shown(base);
    }

    private static int port(URI uri) {
        if (uri.getPort() >= 0) {
            return uri.getPort();
        }
        return isHttps(uri) ? 443 : 80;
    }

    private static String encoded(String name) {
        StringBuilder encoded = new StringBuilder();
        for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
            if (PLAIN.indexOf(b) >= 0) {
                encoded.append((char) b);
            } else {
                encoded.append(String.format(Locale.ROOT, "%%%02X", b & 0xFF));
            }
        }
        return encoded.toString();
    }

    /** Anything else could end the header and begin another, and the client would say it in its error. */
    private static void requirePrintable(String key) {
        if (key.isEmpty() || !key.chars().allMatch(c -> c > ' ' && c < 0x7F)) {
            throw refused("the API key of a model registry must be printable ASCII without spaces");
        }
    }

    private static InvalidInputException refused(String reason) {
        return new InvalidInputException(ErrorCode.CONFIGURATION, reason);
    }
}
