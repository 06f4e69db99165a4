/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.adapter;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which modules an adapter's configuration targets, as PEFT decides it ({@code check_target_module_exists} in
 * {@code tuners_utils.py}): excluded modules first, then {@code modules_to_save}, then {@code target_modules}, then the
 * layer filter, which a module that is named exactly escapes.
 */
final class ModuleSelector {
    private static final Pattern ANY_LAYER = Pattern.compile(".*?\\.[^.]*\\.(\\d+)\\.");

    private final Predicate<String> excluded;
    private final SavedModules saved;
    private final Names targets;
    private final Set<Integer> layers;
    private final List<BoundedLayerPattern> layerPatterns;

    /** {@code target_modules} or {@code exclude_modules}: a regular expression or a list of names and suffixes. */
    record Names(Optional<BoundedPattern> regex, List<String> names) {
        static final Names NONE = new Names(Optional.empty(), List.of());

        boolean isExact(String module) {
            return names.contains(module);
        }

        boolean matches(String module) {
            return regex.map(pattern -> pattern.fullMatch(module))
                    .orElseGet(() -> isExact(module) || names.stream().anyMatch(name -> module.endsWith("." + name)));
        }
    }

    /** Finds a layer's number in a module's name: {@code .*?\.PATTERN\.(\d+)\.} */
    record BoundedLayerPattern(String name) {
        Optional<Integer> layerOf(String module) {
            // the pattern is a plain name in every file PEFT writes; configurations with more are refused earlier
            return number(Pattern.compile(".*?\\." + Pattern.quote(name) + "\\.(\\d+)\\."), module);
        }
    }

    ModuleSelector(
            Names targets,
            Names excluded,
            SavedModules saved,
            Set<Integer> layers,
            List<BoundedLayerPattern> patterns) {
        this.targets = targets;
        this.excluded = excluded::matches;
        this.saved = saved;
        this.layers = Set.copyOf(layers);
        this.layerPatterns = List.copyOf(patterns);
    }

    /** Whether PEFT would put LoRA factors on this module, if it is of a supported kind. */
    boolean selects(String module) {
        if (excluded.test(module) || saved.contains(module) || !targets.matches(module)) {
            return false;
        }
        boolean everyLayer = layers.isEmpty() || targets.regex().isPresent() || targets.isExact(module);
        return everyLayer || layerOf(module).map(layers::contains).orElse(false);
    }

    /** The names that are targeted; empty where a regular expression says it. */
    List<String> targetNames() {
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
