/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.access;

import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides who gets in. An attempt that does not is a security event: a line on the logger {@code io.privatefm.security}, and an entry
 * of the audit log. Those beyond {@link #FAILURES_PER_MINUTE} are not: they are refused, and not written down. Safe for use by several
 * threads at once.
 */
public final class Access {
    /** How many failed attempts from one address, or with one key, are answered as such: so many at once, and then each minute. */
    public static final int FAILURES_PER_MINUTE = 20;

    private static final Logger SECURITY = LoggerFactory.getLogger("io.privatefm.security");
    private static final Principal ANYBODY = new Principal("anybody", Set.of(Scope.OPEN));

    private final KeyCheck keys;
    private final SecurityEvents events;
    private final FailedAttempts failures;

    /**
     * Lets in who has one of these keys.
     *
     * @param nanos a clock of nanoseconds that only goes forward, such as {@code System::nanoTime}
     */
    public Access(EnvironmentKeys environment, StoredKeys stored, SecurityEvents events, LongSupplier nanos) {
        this.keys = new KeyCheck(environment, stored);
        this.events = events;
        this.failures = new FailedAttempts(FAILURES_PER_MINUTE, nanos);
    }

    /**
     * Lets a caller in, or not.
     *
     * <p>{@link Scope#OPEN} asks for no key. {@link Scope#GUARDIAN} asks for a guardian's key and for the guardian's name; an API key that
     * is sent along must be right too. All else asks for an API key with that scope. A right key gets in whatever failed attempts came from
     * its address: there may be many callers behind one. After too many of them, a wrong key is answered with
     * {@link AccessException.Kind#TOO_MANY_REQUESTS}.
     *
     * @param action method and route template, such as {@code POST /api/v1/namespaces/{learner_id}/merge}; names no learner
     * @param source the caller's address
     * @throws AccessException if not
     * @throws io.privatefm.spi.UnavailableException if the key may be a stored one, and the database does not answer
     */
    public Principal admit(Scope wanted, Credentials given, String action, String source) {
        if (wanted == Scope.OPEN) {
            return ANYBODY;
        }
        Attempt attempt = new Attempt(wanted, action, source);
        return wanted == Scope.GUARDIAN ? admitGuardian(given, attempt) : admitCaller(given.key(), attempt);
    }

    /** What somebody tries to do. */
    private record Attempt(Scope wanted, String action, String source) {}

    private Principal admitCaller(Optional<String> key, Attempt attempt) {
        Checked checked = keys.of(key);
        if (checked.principal().isEmpty()) {
            failures.countFrom(attempt.source());
            throw refuse(checked.name(), checked.reason(), attempt, AccessException.unauthenticated());
        }
        return requireScope(checked, attempt);
    }

    private Principal admitGuardian(Credentials given, Attempt attempt) {
        Checked guardian = keys.of(given.guardianKey());
        Checked caller = keys.of(given.key());
        boolean callerIsWrong = given.key().isPresent() && caller.principal().isEmpty();
        if (guardian.principal().isEmpty() || callerIsWrong) {
            failures.countGuardianFrom(attempt.source());
            Checked wrong = callerIsWrong ? caller : guardian;
            throw refuse(wrong.name(), wrong.reason(), attempt, AccessException.unauthenticated());
        }
        Principal admitted = requireScope(guardian, attempt);
        if (given.guardianId().filter(id -> !id.isBlank()).isEmpty()) {
            failures.countOf(admitted);
            throw refuse(
                    admitted.id(),
                    "no guardian is named",
                    attempt,
                    AccessException.forbidden("no guardian is named; X-Guardian-Id says who asks"));
        }
        return admitted;
    }

    private Principal requireScope(Checked checked, Attempt attempt) {
        Principal who = checked.principal().orElseThrow();
        if (!checked.may(attempt.wanted())) {
            failures.countOf(who);
            throw refuse(
                    who.id(),
                    "the key has not the scope " + attempt.wanted(),
                    attempt,
                    AccessException.forbidden("this key has not the scope " + attempt.wanted()));
        }
        return who;
    }

    private AccessException refuse(String principal, String reason, Attempt attempt, AccessException answer) {
        SECURITY.atWarn()
                .addKeyValue("action", attempt.action())
                .addKeyValue("principal", principal)
                .addKeyValue("reason", reason)
                .addKeyValue("source", attempt.source())
                .log("access refused");
        try {
            events.refused(principal, attempt.action(), reason);
        } catch (RuntimeException e) {
            SECURITY.atError()
                    .addKeyValue("action", attempt.action())
                    .addKeyValue("principal", principal)
                    .setCause(e)
                    .log("a refused access could not be written to the audit log");
        }
        return answer;
    }
}
