/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.privatefm.core.AuditCheck;
import io.privatefm.core.AuditLogKey;
import io.privatefm.spi.audit.AuditVerdict;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code pfm audit verify}: recomputes the audit log from its entries. */
@Command(
        name = "verify",
        description =
                "Recomputes every entry, chain and signed head of the audit log, and holds them against the anchors"
                        + " in the data directory; names the first entry that is wrong.",
        mixinStandardHelpOptions = true)
final class AuditVerifyCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Mixin
    private final Output output = new Output();

    @Mixin
    private final Home home = new Home();

    @Override
    public Integer call() {
        AuditLogKey key = home.auditKey();
        try (HomeDatabase database = home.openDatabase()) {
            AuditVerdict verdict = AuditCheck.verify(database.store(), key, home.anchors());
            if (verdict instanceof AuditVerdict.Tampered tampered) {
                if (output.isJson()) {
                    output.print(
                            spec, json(false).put("index", tampered.index()).put("reason", tampered.reason()));
                }
                spec.commandLine()
                        .getErr()
                        .println("pfm: the audit log was tampered with at entry " + tampered.index() + ": "
                                + tampered.reason());
                return ExitCode.VERIFICATION_FAILED;
            }
            AuditVerdict.Intact intact = (AuditVerdict.Intact) verdict;
            output.print(
                    spec,
                    json(true)
                            .put("entries", intact.size())
                            .put("root", intact.root().hex())
                            .put("waiting", intact.waiting())
                            .put("anchors", intact.anchors()));
            return ExitCode.DONE;
        }
    }

    private static ObjectNode json(boolean intact) {
        return JsonNodeFactory.instance.objectNode().put("intact", intact);
    }
}
