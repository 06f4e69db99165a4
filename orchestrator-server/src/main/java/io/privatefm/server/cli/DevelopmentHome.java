/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.cli;

import io.privatefm.server.config.Setting;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What {@code serve --dev} adds to an environment, to have a service that can be tried out with nothing else: a data directory with the small
 * trained foundation, the adapters of its two learners as a trainer would leave them, keys, and no door to other machines. What the
 * environment says stands over all of it.
 */
final class DevelopmentHome {
    private static final String DEFAULT_HOME = "pfm-home";
    private static final int TRAINED_LEARNERS = 2;

    private final Map<String, String> environment;
    private final List<String> exports = new ArrayList<>();

    /** @param environment to be added to */
    DevelopmentHome(Map<String, String> environment) {
        this.environment = environment;
    }

    /** Adds to it. */
    void prepare() throws IOException {
        environment.putIfAbsent(Setting.PFM_HOME.name(), DEFAULT_HOME);
        Path home = Files.createDirectories(Path.of(environment.get(Setting.PFM_HOME.name())));
        if (Setting.FM_STORE_URL.in(environment).isEmpty()) {
            new DemoHome(home).unpack(TRAINED_LEARNERS, 1);
            environment.putIfAbsent(
                    Setting.ADAPTER_STORE_URL.name(), DemoHome.adapters(home).toString());
        }
        environment.putIfAbsent(Setting.BIND_ADDRESS.name(), "127.0.0.1");
        environment.putIfAbsent(Setting.LOG_FORMAT.name(), "text");
        key(Setting.SERVICE_API_KEY, "PFM_KEY");
        key(Setting.GUARDIAN_API_KEY, "PFM_GUARDIAN_KEY");
    }

    private void key(Setting setting, String variable) {
        if (setting.in(environment).isEmpty()) {
            String drawn = DrawnKey.text();
            environment.put(setting.name(), drawn);
            exports.add("export " + variable + "=" + drawn);
        }
    }

    /** Shows the keys that were made: once, and written nowhere. */
    void print(PrintWriter err) {
        if (!exports.isEmpty()) {
            err.println("keys of this run, written nowhere; for the terminal that calls it:");
            exports.forEach(err::println);
        }
        err.println("what to call: README.md, \"Run the service\"");
    }
}
