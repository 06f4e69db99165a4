/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.cli;

import io.privatefm.server.access.StoredKey;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code pfm keys revoke}. */
@Command(
        name = "revoke",
        description = "Ends a key for good; a running service knows it within 10 seconds.",
        mixinStandardHelpOptions = true)
final class KeysRevokeCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Mixin
    private final Output output = new Output();

    @Mixin
    private final Home home = new Home();

    @Parameters(paramLabel = "ID", description = "The first column of pfm keys list.")
    @SuppressWarnings("NullAway.Init")
    private String id;

    @Override
    public Integer call() {
        try (OpenKeys opened = OpenKeys.of(home)) {
            StoredKey revoked = opened.keys().revoke(id);
            opened.audit().record("KEY_REVOKED", revoked);
            output.print(spec, OpenKeys.json(revoked));
        }
        return ExitCode.DONE;
    }
}
