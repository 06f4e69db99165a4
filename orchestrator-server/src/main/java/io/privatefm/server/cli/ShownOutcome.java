/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.privatefm.spi.recovery.FallbackOutcome;
import io.privatefm.spi.store.CheckpointRow;
import picocli.CommandLine.Model.CommandSpec;

/** What a fallback led to, as commands tell it. */
record ShownOutcome(FallbackOutcome outcome) {
    /** One line. */
    String line() {
        if (outcome instanceof FallbackOutcome.Recovered recovered) {
            CheckpointRow checkpoint = recovered.checkpoint();
            String asides = recovered.setAside().isEmpty() ? "" : "; to be trained again: " + recovered.setAside();
            return "recovered by " + recovered.rung() + ", version " + checkpoint.version() + " on "
                    + checkpoint.foundationRelease() + ", checkpoint hash " + checkpoint.checkpointHash() + ", "
                    + recovered.proven() + " of " + checkpoint.variants().size()
                    + " content hashes equal to what was recorded" + asides;
        }
        return reason().isEmpty() ? name() : name() + ": " + reason();
    }

    /** As fields. */
    ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("outcome", name());
        if (outcome instanceof FallbackOutcome.Recovered recovered) {
            CheckpointRow checkpoint = recovered.checkpoint();
            json.put("rung", recovered.rung().name())
                    .put("version", checkpoint.version())
                    .put("foundation_release", checkpoint.foundationRelease())
                    .put("checkpoint_hash", checkpoint.checkpointHash().hex())
                    .put("proven", recovered.proven());
            ObjectNode hashes = json.putObject("content_hashes");
            checkpoint
                    .variants()
                    .forEach(variant ->
                            hashes.put(variant.name(), variant.contentHash().hex()));
            json.putArray("set_aside");
            recovered.setAside().forEach(subject -> json.withArray("set_aside").add(subject.value()));
        } else {
            json.put("reason", reason());
        }
        return json;
    }

    boolean isRecovered() {
        return outcome instanceof FallbackOutcome.Recovered;
    }

    /** As the result of a command that asked for it, which ends with the exit code that this gives. */
    int print(CommandSpec spec, Output output) {
        if (output.isJson()) {
            output.print(spec, json());
        } else if (exitCode() == ExitCode.DONE) {
            spec.commandLine().getOut().println(line());
        }
        if (exitCode() != ExitCode.DONE) {
            spec.commandLine().getErr().println("pfm: " + line());
        }
        return exitCode();
    }

    private int exitCode() {
        if (outcome instanceof FallbackOutcome.InProgress) {
            return ExitCode.ENVIRONMENT;
        }
        return isRecovered() || outcome instanceof FallbackOutcome.NotNeeded
                ? ExitCode.DONE
                : ExitCode.VERIFICATION_FAILED;
    }

    private String name() {
        if (outcome instanceof FallbackOutcome.Recovered) {
            return "recovered";
        }
        if (outcome instanceof FallbackOutcome.NotNeeded) {
            return "not needed";
        }
        if (outcome instanceof FallbackOutcome.InProgress) {
            return "in progress";
        }
        if (outcome instanceof FallbackOutcome.Failed) {
            return "failed";
        }
        return outcome instanceof FallbackOutcome.GivenUp ? "given up" : "halted";
    }

    private String reason() {
        if (outcome instanceof FallbackOutcome.NotNeeded notNeeded) {
            return notNeeded.detail();
        }
        if (outcome instanceof FallbackOutcome.InProgress) {
            return "another worker has the namespace's lease; try again";
        }
        if (outcome instanceof FallbackOutcome.Failed failed) {
            return failed.reason();
        }
        if (outcome instanceof FallbackOutcome.GivenUp givenUp) {
            return givenUp.reason() + "; the namespace is read-only until a fallback that is asked for succeeds";
        }
        return outcome instanceof FallbackOutcome.Halted halted ? halted.reason() : "";
    }
}
