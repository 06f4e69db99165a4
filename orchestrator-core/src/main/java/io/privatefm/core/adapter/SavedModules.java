/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.adapter;

import java.util.Set;

/**
 * The {@code modules_to_save} of a configuration: modules trained and saved whole. A name stands for every module whose
 * dotted path contains it as a whole run of segments.
 */
record SavedModules(Set<String> names) {
    SavedModules {
        names = Set.copyOf(names);
    }

    /** Whether a module, or one that it lies in, is saved whole. */
    boolean contains(String module) {
        return DottedName.endings(module).stream().anyMatch(this::isBeginOf);
    }

    private boolean isBeginOf(String path) {
        for (int dot = path.indexOf('.'); dot >= 0; dot = path.indexOf('.', dot + 1)) {
            if (names.contains(path.substring(0, dot))) {
                return true;
            }
        }
        return names.contains(path);
    }
}
