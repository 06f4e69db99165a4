/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.adapter;

import java.util.List;

/**
 * The {@code modules_to_save} of a configuration: modules trained and saved whole. A name stands for every module whose
 * dotted path contains it as a whole run of segments.
 */
record SavedModules(List<String> names) {
    SavedModules {
        names = names.stream().distinct().sorted().toList();
    }

    /** Whether a module, or one that it lies in, is saved whole. */
    boolean contains(String module) {
        String path = "." + module + ".";
        return names.stream().anyMatch(name -> path.contains("." + name + "."));
    }
}
