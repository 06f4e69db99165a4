/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.access;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;

/**
 * A key as its holder has it: {@code pbk_<environment>_<id>_<secret>_<checksum>}. The id is public, 12 digits of base 62; the secret is
 * 256 random bits in 43 digits of base 62; the checksum is the CRC-32 of what is before it, in hexadecimal, so that a key that was
 * mistyped or cut off is known as such without looking anything up, and a key in a file that should hold none is found.
 */
public final class ApiKey {
    /** What a key is for, which can be seen in it. */
    public enum Environment {
        LIVE,
        DEV;

        String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final String DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static final int ID_DIGITS = 12;
    private static final int SECRET_DIGITS = 43;
    private static final int SECRET_BITS = 256;
    private static final Pattern FORMAT = Pattern.compile(
            "pbk_(live|dev)_([0-9A-Za-z]{" + ID_DIGITS + "})_([0-9A-Za-z]{" + SECRET_DIGITS + "})_([0-9a-f]{8})");

    private final Environment environment;
    private final String id;
    private final String text;

    private ApiKey(Environment environment, String id, String text) {
        this.environment = environment;
        this.id = id;
        this.text = text;
    }

    /** Draws a key. */
    public static ApiKey draw(Environment environment, RandomGenerator random) {
        StringBuilder id = new StringBuilder(ID_DIGITS);
        for (int i = 0; i < ID_DIGITS; i++) {
            id.append(DIGITS.charAt(random.nextInt(DIGITS.length())));
        }
        byte[] secret = new byte[SECRET_BITS / 8];
        random.nextBytes(secret);
        String unchecked = "pbk_" + environment.text() + "_" + id + "_" + base62(new BigInteger(1, secret));
        return new ApiKey(environment, id.toString(), unchecked + "_" + checksum(unchecked));
    }

    /** Reads a key; empty if this is none, also if its checksum is wrong. */
    public static Optional<ApiKey> parse(String text) {
        Matcher parts = FORMAT.matcher(text);
        if (!parts.matches()
                || !checksum(text.substring(0, text.lastIndexOf('_'))).equals(parts.group(4))
                || number(parts.group(3)).bitLength() > SECRET_BITS) {
            return Optional.empty();
        }
        Environment environment = Environment.valueOf(parts.group(1).toUpperCase(Locale.ROOT));
        return Optional.of(new ApiKey(environment, parts.group(2), text));
    }

    /** What the key is for. */
    public Environment environment() {
        return environment;
    }

    /** The key's public name. */
    public String id() {
        return id;
    }

    /** The key itself: a secret, to be shown once. */
    public String text() {
        return text;
    }

    /** Shows the public part. */
    @Override
    public String toString() {
        return "pbk_" + environment.text() + "_" + id + "_***";
    }

    private static String base62(BigInteger number) {
        BigInteger base = BigInteger.valueOf(DIGITS.length());
        char[] digits = new char[SECRET_DIGITS];
        BigInteger rest = number;
        for (int i = SECRET_DIGITS - 1; i >= 0; i--) {
            BigInteger[] division = rest.divideAndRemainder(base);
            digits[i] = DIGITS.charAt(division[1].intValue());
            rest = division[0];
        }
        return new String(digits);
    }

    private static BigInteger number(String digits) {
        BigInteger base = BigInteger.valueOf(DIGITS.length());
        BigInteger number = BigInteger.ZERO;
        for (int i = 0; i < digits.length(); i++) {
            number = number.multiply(base).add(BigInteger.valueOf(DIGITS.indexOf(digits.charAt(i))));
        }
        return number;
    }

    private static String checksum(String text) {
        CRC32 crc = new CRC32();
        crc.update(text.getBytes(StandardCharsets.US_ASCII));
        return String.format(Locale.ROOT, "%08x", crc.getValue());
    }
}
