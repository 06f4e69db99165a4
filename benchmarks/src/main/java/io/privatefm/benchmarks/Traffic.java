/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.benchmarks;

import java.util.concurrent.atomic.AtomicLong;

/** What was asked of a database. */
final class Traffic {
    /** Statements run; a batch is one. */
    final AtomicLong statements = new AtomicLong();

    /** Times that the isolation level was set, which drivers send as a statement of their own. */
    final AtomicLong isolations = new AtomicLong();

    /** Commits and rollbacks. */
    final AtomicLong ends = new AtomicLong();

    /** So many of each. */
    record Count(double statements, double isolations, double ends) {
        Count minus(Count other) {
            return new Count(statements - other.statements, isolations - other.isolations, ends - other.ends);
        }

        Count dividedBy(int times) {
            return new Count(statements / times, isolations / times, ends / times);
        }
    }

    /** All up to now. */
    Count count() {
        return new Count(statements.get(), isolations.get(), ends.get());
    }
}
