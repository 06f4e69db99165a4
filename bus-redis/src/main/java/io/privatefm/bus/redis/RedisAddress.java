/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.bus.redis;

import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a server is and how to log in, out of a URL {@code redis://user:password@host:port/database}; {@code rediss://} is TLS. User and
 * password are percent-encoded. Nothing that this class says names the password.
 */
final class RedisAddress {
    private static final int DEFAULT_PORT = 6379;
    private static final Pattern DATABASE = Pattern.compile("(?:/([0-9]{1,4})?)?");

    private final String host;
    private final int port;
    private final boolean tls;
    private final @Nullable String user;
    private final @Nullable String password;
    private final int database;

    private RedisAddress(URI url) {
        tls = "rediss".equalsIgnoreCase(url.getScheme());
        if (!tls && !"redis".equalsIgnoreCase(url.getScheme())) {
            throw refused("it begins with neither redis:// nor rediss://");
        }
        if (url.getHost() == null) {
            throw refused("it has no host, or a user or password with characters that are not percent-encoded");
        }
        if (url.getRawQuery() != null || url.getRawFragment() != null) {
            throw refused("it has more than a host, a port and a database; percent-encode ? and # in the password");
        }
        String literal = url.getHost();
        host = literal.startsWith("[") ? literal.substring(1, literal.length() - 1) : literal;
        port = url.getPort() == -1 ? DEFAULT_PORT : url.getPort();
        if (port < 1 || port > 65_535) {
            throw refused("its port is none");
        }
        Matcher path = DATABASE.matcher(url.getRawPath());
        if (!path.matches()) {
            throw refused("its path is not the number of a database");
        }
        database = path.group(1) == null ? 0 : Integer.parseInt(path.group(1));
        String login = url.getRawUserInfo();
        if (login == null) {
            user = null;
            password = null;
        } else {
            int colon = login.indexOf(':');
            user = colon <= 0 ? null : decoded(login.substring(0, colon));
            password = decoded(login.substring(colon + 1));
            if (password.isEmpty() || colon < 0) {
                throw refused("it has a user without a password; write user:password@, or :password@");
            }
        }
    }

    static RedisAddress parse(String url) {
        try {
            return new RedisAddress(new URI(url));
        } catch (URISyntaxException e) {
            // neither the exception's text nor the exception: both quote the password
            throw refused("it is no URL; percent-encode the special characters of user and password");
        }
    }

    private static InvalidInputException refused(String why) {
        return new InvalidInputException(
                ErrorCode.CONFIGURATION,
                "the event bus's URL is not redis[s]://[user:password@]host[:port][/database]: " + why);
    }

    private static String decoded(String encoded) {
        byte[] bytes = encoded.getBytes(StandardCharsets.UTF_8);
        ByteBuffer plain = ByteBuffer.allocate(bytes.length);
        for (int i = 0; i < bytes.length; i++) {
            // java.net.URI has checked that two hexadecimal digits follow
            if (bytes[i] == '%') {
                plain.put((byte) (Character.digit(bytes[i + 1], 16) << 4 | Character.digit(bytes[i + 2], 16)));
                i += 2;
            } else {
                plain.put(bytes[i]);
            }
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(plain.flip()).toString();
        } catch (CharacterCodingException e) {
            throw refused("user and password are not UTF-8");
        }
    }

    String host() {
        return host;
    }

    int port() {
        return port;
    }

    boolean tls() {
        return tls;
    }

    @Nullable
    String user() {
        return user;
    }

    @Nullable
    String password() {
        return password;
    }

    int database() {
        return database;
    }

    /** For logs and errors. */
    @Override
    public String toString() {
        return (tls ? "rediss://" : "redis://") + (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port + "/"
                + database;
    }
}
