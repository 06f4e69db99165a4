/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

import io.privatefm.spi.LearnerId;
import io.privatefm.spi.Subject;
import io.privatefm.spi.store.NamespaceRow;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What is to be made.
 *
 * @param foundationRelease empty for the newest
 */
record NewNamespace(LearnerId learner, List<Subject> subjects, Optional<String> foundationRelease) {
    static final int MOST_SUBJECTS = 64;
    private static final int LONGEST_RELEASE = 200;

    NewNamespace {
        subjects = List.copyOf(subjects);
    }

    /** Of a body. */
    static NewNamespace of(Fields fields) {
        Optional<LearnerId> learner = fields.required("learner_id", LearnerId::of);
        List<Subject> subjects = fields.list("subjects", MOST_SUBJECTS, Subject::of);
        Optional<String> release = fields.optional("foundation_release", NewNamespace::release);
        fields.end();
        return new NewNamespace(learner.orElseThrow(), subjects, release);
    }

    private static String release(String name) {
        if (name.isBlank() || name.length() > LONGEST_RELEASE) {
            throw new IllegalArgumentException("a release's name is 1 to " + LONGEST_RELEASE + " characters");
        }
        return name;
    }

    /** Whether a namespace may have been made as this says; its foundation may have moved on since. */
    boolean isMetBy(NamespaceRow row) {
        return Set.copyOf(row.subjects()).equals(Set.copyOf(subjects));
    }

    /** The same text for the same request, and for no other. */
    String fingerprint() {
        return "namespace\n" + learner + "\n" + new TreeSet<>(subjects) + "\n" + foundationRelease.orElse("");
    }
}
