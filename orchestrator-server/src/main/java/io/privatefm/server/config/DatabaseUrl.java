/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.config;

import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where a database is: a {@code jdbc:} URL as it stands, or {@code postgresql://user:password@host:port/name} as other services
 * write it, with or without the name of a driver such as {@code postgresql+asyncpg}. Never printed: it may hold a password.
 *
 * @param jdbc for the driver
 * @param user if the URL names one
 * @param password likewise
 */
public record DatabaseUrl(String jdbc, Optional<String> user, Optional<String> password) {
    private static final Pattern SCHEME = Pattern.compile("postgres(ql)?(\\+[a-z0-9]+)?");

    public static DatabaseUrl parse(String url) {
        if (url.startsWith("jdbc:postgresql:") || url.startsWith("jdbc:h2:")) {
            return new DatabaseUrl(url, Optional.empty(), Optional.empty());
        }
        int colon = url.indexOf(':');
        if (colon < 0 || !SCHEME.matcher(url.substring(0, colon)).matches()) {
            throw malformed();
        }
        URI uri;
        try {
            uri = URI.create("postgresql" + url.substring(colon));
        } catch (IllegalArgumentException e) {
            throw malformed();
        }
        if (uri.getHost() == null || uri.getPath() == null || uri.getPath().length() < 2) {
            throw malformed();
        }
        String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
        String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
        Optional<String> userInfo = Optional.ofNullable(uri.getRawUserInfo());
        return new DatabaseUrl(
                "jdbc:postgresql://" + uri.getHost() + port + uri.getRawPath() + query,
                userInfo.map(info -> decode(info.split(":", 2)[0])),
                userInfo.filter(info -> info.contains(":")).map(info -> decode(info.split(":", 2)[1])));
    }

    @Override
    public String toString() {
        return "DatabaseUrl[…]";
    }

    private static String decode(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private static InvalidInputException malformed() {
        return new InvalidInputException(
                ErrorCode.INVALID_ARGUMENT,
                "a database is named as jdbc:postgresql:…, jdbc:h2:… or postgresql://user:password@host:port/name");
    }
}
