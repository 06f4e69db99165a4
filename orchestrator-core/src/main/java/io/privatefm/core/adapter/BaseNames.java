/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.adapter;

import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * How the adapter's names become the foundation's. Adapter keys follow the model class, the foundation's file often does
 * not: transformers adds or drops {@code base_model_prefix} on loading. Exact names come first; else one leading
 * component is dropped or added, for all targets alike, if that resolves every one of them.
 */
final class BaseNames {
    private final String dropped;
    private final String added;

    private BaseNames(String dropped, String added) {
        this.dropped = dropped;
        this.added = added;
    }

    /**
     * Finds the one way of naming under which all {@code targets} are tensors of the foundation.
     *
     * @throws InvalidInputException naming the first target that cannot be resolved, or the ambiguity
     */
    static BaseNames resolve(Collection<String> targets, Set<String> foundation, String file) {
        BaseNames exact = new BaseNames("", "");
        if (exact.resolvesAll(targets, foundation)) {
            return exact;
        }
        List<BaseNames> found = candidates(targets, foundation).stream()
                .filter(candidate -> candidate.resolvesAll(targets, foundation))
                .toList();
        if (found.size() == 1) {
            return found.get(0);
        }
        String first = targets.stream()
                .filter(target -> !foundation.contains(target))
                .findFirst()
                .orElseThrow();
        throw new InvalidInputException(
                ErrorCode.ADAPTER_MISFIT,
                file,
                first,
                found.isEmpty()
                        ? "the foundation has no such tensor, neither by this name nor with one leading component added"
                                + " or dropped for all targets alike"
                        : "more than one leading component resolves this name; the foundation is ambiguous");
    }

    /** The foundation's name for a tensor of the adapter's model class. */
    String toFoundation(String name) {
        return name.startsWith(dropped) ? added + name.substring(dropped.length()) : name;
    }

    /** The model class's name for a tensor of the foundation: the inverse of {@link #toFoundation}. */
    String toModelClass(String name) {
        return name.startsWith(added) ? dropped + name.substring(added.length()) : name;
    }

    private boolean resolvesAll(Collection<String> targets, Set<String> foundation) {
        return targets.stream()
                .allMatch(target -> target.startsWith(dropped) && foundation.contains(toFoundation(target)));
    }

    private static List<BaseNames> candidates(Collection<String> targets, Set<String> foundation) {
        List<BaseNames> candidates = new ArrayList<>();
        leadingComponents(targets).forEach(component -> candidates.add(new BaseNames(component, "")));
        leadingComponents(foundation).forEach(component -> candidates.add(new BaseNames("", component)));
        return candidates;
    }

    /** First components with their dot, such as {@code transformer.}. */
    private static Set<String> leadingComponents(Collection<String> names) {
        Set<String> components = new LinkedHashSet<>();
        for (String name : new TreeSet<>(names)) {
            int dot = name.indexOf('.');
            if (dot > 0) {
                components.add(name.substring(0, dot + 1));
            }
        }
        return components;
    }
}
