/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.privatefm.core.AuditCheck;
import io.privatefm.core.AuditLogKey;
import io.privatefm.core.ReceiptCheck;
import io.privatefm.server.home.HomeDatabase;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.audit.AuditVerdict;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
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

    @Option(
            names = "--receipt",
            paramLabel = "FILE",
            description = "Also checks this receipt of a deletion, and that the log still has what it proves.")
    private Optional<Path> receipt = Optional.empty();

    @Override
    public Integer call() throws IOException {
        AuditLogKey key = home.auditKey();
        Optional<String> document = receipt.isPresent() ? Optional.of(read(receipt.get())) : Optional.empty();
        Optional<NsUid> deleted = document.map(text -> ReceiptCheck.verify(text, key));
        try (HomeDatabase database = home.openDatabase()) {
            AuditVerdict verdict = document.isPresent()
                    ? ReceiptCheck.verifyLog(document.get(), database.store(), key, home.anchors())
                    : AuditCheck.verify(database.store(), key, home.anchors());
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
            ObjectNode result = json(true)
                    .put("entries", intact.size())
                    .put("root", intact.root().hex())
                    .put("waiting", intact.waiting())
                    .put("anchors", intact.anchors());
            deleted.ifPresent(namespace -> result.put("deleted", namespace.value()));
            output.print(spec, result);
            return ExitCode.DONE;
        }
    }

    private static String read(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new InvalidInputException(ErrorCode.INVALID_ARGUMENT, "there is no file " + file);
        }
        return new String(Files.readAllBytes(file), StandardCharsets.UTF_8); // what is no text proves nothing
    }

    private static ObjectNode json(boolean intact) {
        return JsonNodeFactory.instance.objectNode().put("intact", intact);
    }
}
