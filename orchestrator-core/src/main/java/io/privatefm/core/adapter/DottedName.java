/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.adapter;

import java.util.ArrayList;
import java.util.List;

/** A name of components with dots between them, looked at by its ends. */
final class DottedName {
    private DottedName() {}

    /** What the name ends with, whole components: the name itself, then without its first component, and so on. */
    static List<String> endings(String name) {
        List<String> endings = new ArrayList<>();
        endings.add(name);
        for (int dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
            endings.add(name.substring(dot + 1));
        }
        return endings;
    }
}
