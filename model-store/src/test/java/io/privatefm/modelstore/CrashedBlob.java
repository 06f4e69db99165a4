/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore;

import static org.assertj.core.api.Assertions.assertThat;

import io.privatefm.spi.NsUid;
import io.privatefm.spi.Sha256;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** What a script may find of one blob: where it is, as far as the acknowledged calls and the cut one tell. */
final class CrashedBlob {
    /** Where copies of the blob are. */
    record Places(boolean inSight, boolean discarded) {}

    private final NsUid owner;
    private final byte[] content;
    private final Sha256 name;
    private Set<Places> possible = Set.of(new Places(false, false));

    CrashedBlob(NsUid owner, byte[] content) {
        this.owner = owner;
        this.content = content;
        this.name = TestFiles.sha256(content);
    }

    NsUid owner() {
        return owner;
    }

    byte[] content() {
        return content;
    }

    Sha256 name() {
        return name;
    }

    /** A call begins that may take the blob from each of its places to some others, by itself or by half. */
    void mayBecome(UnaryOperator<Places> change) {
        Set<Places> more = new HashSet<>(possible);
        possible.forEach(places -> more.add(change.apply(places)));
        possible = more;
    }

    /** A call is done. */
    void becomes(UnaryOperator<Places> change) {
        Set<Places> next = new HashSet<>();
        possible.forEach(places -> next.add(change.apply(places)));
        possible = next;
    }

    /** Something was seen. */
    void is(String what, Predicate<Places> seen) {
        Set<Places> left = new HashSet<>(possible);
        left.removeIf(seen.negate());
        assertThat(left)
                .as("%s: a blob of %s bytes that can be %s", what, content.length, possible)
                .isNotEmpty();
        possible = left;
    }

    /** Fails unless the blob can be there; a power loss changes nothing any more. */
    void isAt(Places places) {
        is("seen: " + places, places::equals);
    }

    /** Fails unless the blob can be there; what was not forced may still be lost. */
    void maySeem(Places places) {
        assertThat(possible).as("a blob of %s bytes", content.length).contains(places);
    }
}
