/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.adapter;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which modules an adapter's configuration targets, as PEFT decides it ({@code check_target_module_exists} in
 * {@code tuners_utils.py}): excluded modules first, then {@code modules_to_save}, then {@code target_modules}, then the
 * layer filter, which a module that is named exactly escapes.
 */
final class ModuleSelector {
    private static final Pattern ANY_LAYER = Pattern.compile(".*?\\.[^.]*\\.(\\d+)\\.");

    private final Names excluded;
    private final SavedModules saved;
    private final Names targets;
    private final Set<Integer> layers;
    private final List<LayerPattern> layerPatterns;

    /** {@code target_modules} or {@code exclude_modules}: a regular expression or a list of names and suffixes. */
    record Names(Optional<BoundedPattern> regex, Set<String> names) {
        boolean isExact(String module) {
            return names.contains(module);
        }

        boolean matches(String module, PatternSteps steps) {
            return regex.map(pattern -> pattern.fullMatch(module, steps))
                    .orElseGet(() -> DottedName.endings(module).stream().anyMatch(names::contains));
        }
    }

    /** Finds a layer's number in a module's name: {@code .*?\.PATTERN\.(\d+)\.} */
    record LayerPattern(Pattern pattern) {
        /** @param name a plain name, as in every file that PEFT writes */
        static LayerPattern of(String name) {
            return new LayerPattern(Pattern.compile(".*?\\." + Pattern.quote(name) + "\\.(\\d+)\\."));
        }

        Optional<Integer> layerOf(String module) {
            return number(pattern, module);
        }
    }

    ModuleSelector(
            Names targets, Names excluded, SavedModules saved, Set<Integer> layers, List<LayerPattern> patterns) {
        this.targets = targets;
        this.excluded = excluded;
        this.saved = saved;
        this.layers = Set.copyOf(layers);
        this.layerPatterns = List.copyOf(patterns);
    }

    /** Whether PEFT would put LoRA factors on this module, if it is of a supported kind. */
    boolean selects(String module, PatternSteps steps) {
        if (excluded.matches(module, steps) || saved.contains(module) || !targets.matches(module, steps)) {
            return false;
        }
        boolean everyLayer = layers.isEmpty() || targets.regex().isPresent() || targets.isExact(module);
        return everyLayer || layerOf(module).map(layers::contains).orElse(false);
    }

    /** The names that are targeted; empty where a regular expression says it. */
    Set<String> targetNames() {
        return targets.names();
    }

    private Optional<Integer> layerOf(String module) {
        if (layerPatterns.isEmpty()) {
            return number(ANY_LAYER, module);
        }
        return layerPatterns.stream()
                .flatMap(pattern -> pattern.layerOf(module).stream())
                .findFirst();
    }

    private static Optional<Integer> number(Pattern pattern, String module) {
        Matcher matcher = pattern.matcher(module);
        if (!matcher.lookingAt() || matcher.group(1).length() > 9) {
            return Optional.empty();
        }
        return Optional.of(Integer.valueOf(matcher.group(1)));
    }
}
