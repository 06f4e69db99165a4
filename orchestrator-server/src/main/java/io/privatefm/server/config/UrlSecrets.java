/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.config;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The passwords that a URL has in it, as they stand there and decoded. */
final class UrlSecrets {
    private static final Pattern PASSWORD = Pattern.compile("//[^/@:]*:(.+)@|[?&;](?i:password)=([^&;]+)");

    private UrlSecrets() {}

    static Stream<Secret> in(Secret url) {
        return PASSWORD.matcher(url.value()).results().flatMap(found -> {
            String password = found.group(1) == null ? found.group(2) : found.group(1);
            return Stream.of(new Secret(password), new Secret(decoded(password)));
        });
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return text;
        }
    }
}
