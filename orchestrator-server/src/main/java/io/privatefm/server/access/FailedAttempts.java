/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.access;

import io.privatefm.spi.limit.Permit;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HexFormat;
import java.util.function.LongSupplier;

/**
 * Counts attempts that failed, so that a flood of them neither costs much nor fills the audit log: those from an address, those to be a
 * guardian from there, which are counted on their own, and those of a caller whose key is right.
 */
final class FailedAttempts {
    private static final int BUCKETS = 10_000;

    /** Of an address of IPv6, the part that names a network: whoever has one has all the addresses in it. */
    private static final int NETWORK_BYTES = 8;

    private final BucketLimiter limiter;

    FailedAttempts(int perMinute, LongSupplier nanos) {
        limiter = new BucketLimiter(perMinute, BUCKETS, nanos);
    }

    /** Counts one from an address, and refuses it as one too many if it is. */
    void countFrom(String source) {
        refuseIfNot(limiter.tryAcquire("from " + network(source), 1));
    }

    /** The same for one to be a guardian. */
    void countGuardianFrom(String source) {
        refuseIfNot(limiter.tryAcquire("guardian from " + network(source), 1));
    }

    /** The same for one of a caller whose key is right. */
    void countOf(Principal who) {
        refuseIfNot(limiter.tryAcquire("of " + who.id(), 1));
    }

    private static void refuseIfNot(Permit permit) {
        if (permit instanceof Permit.RetryAfter retry) {
            throw AccessException.tooManyRequests("too many attempts without a right key", retry.after());
        }
    }

    private static String network(String source) {
        if (source.indexOf(':') < 0) {
            return source;
        }
        try {
            InetAddress address = InetAddress.getByName(source); // with a colon it is no name that would be looked up
            return address instanceof Inet6Address
                    ? HexFormat.of().formatHex(address.getAddress(), 0, NETWORK_BYTES)
                    : address.getHostAddress();
        } catch (UnknownHostException e) {
            return source;
        }
    }
}
