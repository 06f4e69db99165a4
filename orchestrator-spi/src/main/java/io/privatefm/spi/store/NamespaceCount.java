/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.store;

import io.privatefm.spi.CodePointOrder;
import java.util.Comparator;

/**
 * How many namespaces there are of one kind.
 *
 * @param foundationRelease name of the release that they are pinned to
 * @param due whether their rows are {@link NamespaceRow#isDue()}
 * @param count at least 1
 */
public record NamespaceCount(NamespaceState state, String foundationRelease, boolean due, long count) {
    /** By state, then by release in ascending code-point order, those that are not due first. */
    public static final Comparator<NamespaceCount> ORDER = Comparator.comparing(NamespaceCount::state)
            .thenComparing(NamespaceCount::foundationRelease, CodePointOrder.COMPARATOR)
            .thenComparing(NamespaceCount::due);
}
