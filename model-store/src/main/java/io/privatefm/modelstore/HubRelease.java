/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore;

import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.Sha256;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A revision of a model on a hub that counts as a foundation release. A commit is best: a branch or tag means what it
 * meant when it was first downloaded.
 *
 * @param name the release's name, unique in its store
 * @param repository {@code organization/model}, or {@code model}
 * @param revision commit, tag or branch
 * @param contentHash the promised content hash, if it is known
 */
public record HubRelease(String name, String repository, String revision, Optional<Sha256> contentHash) {
    private static final Pattern REPOSITORY =
            Pattern.compile("[A-Za-z0-9_-][\\w.-]{0,95}(/[A-Za-z0-9_-][\\w.-]{0,95})?");
    private static final Pattern REVISION = Pattern.compile("[A-Za-z0-9_-][\\w./-]{0,254}");

    public HubRelease {
        if (name.isEmpty()) {
            throw refused("the name of a release must not be empty");
        }
        if (!REPOSITORY.matcher(repository).matches()) {
            throw refused(
                    "a model on a hub is written as organization/model, not '" + Failures.shown(repository) + "'");
        }
        if (!REVISION.matcher(revision).matches() || revision.contains("..")) {
            throw refused("'" + Failures.shown(revision) + "' is no commit, tag or branch");
        }
    }

    /** A revision under the name {@code repository@revision}, without a promise. */
    public static HubRelease of(String repository, String revision) {
        return new HubRelease(repository + "@" + revision, repository, revision, Optional.empty());
    }

    private static InvalidInputException refused(String reason) {
        return new InvalidInputException(ErrorCode.CONFIGURATION, reason);
    }
}
