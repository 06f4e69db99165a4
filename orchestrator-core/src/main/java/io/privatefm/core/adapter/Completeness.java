/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.adapter;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Whether a file holds factors for all modules that it should. PEFT writes factors for every targeted module of the model
 * class; but a foundation's file may hold modules that this class lacks (BERT's pooler and language-model head under a
 * classifier). So a targeted module is missing for certain only if the same module of another layer is there, or if no module
 * at all is there for a target name that several modules bear.
 */
final class Completeness {
    private static final Pattern LAYER_NUMBER = Pattern.compile("(?<=\\.|^)\\d+(?=\\.|$)");

    private Completeness() {}

    /**
     * The first module that must be in the file and is not.
     *
     * @param targeted modules of the foundation that the configuration targets, in ascending order
     * @param present modules that the file has
     * @param names the target names of the configuration, where it lists names
     */
    static Optional<String> firstMissing(List<String> targeted, Set<String> present, Collection<String> names) {
        Set<String> kinds = present.stream().map(Completeness::kind).collect(Collectors.toSet());
        Optional<String> layer = targeted.stream()
                .filter(module -> !present.contains(module) && kinds.contains(kind(module)))
                .findFirst();
        Map<String, List<String>> byEnding = new HashMap<>();
        for (String module : targeted) {
            DottedName.endings(module)
                    .forEach(ending -> byEnding.computeIfAbsent(ending, absent -> new ArrayList<>())
                            .add(module));
        }
        return layer.or(() -> names.stream()
                .map(name -> byEnding.getOrDefault(name, List.of()))
                .filter(bearers -> bearers.size() > 1 && bearers.stream().noneMatch(present::contains))
                .map(bearers -> bearers.get(0))
                .findFirst());
    }

    /** A module's name with stars for its layer numbers. */
    private static String kind(String module) {
        return LAYER_NUMBER.matcher(module).replaceAll("*");
    }
}
