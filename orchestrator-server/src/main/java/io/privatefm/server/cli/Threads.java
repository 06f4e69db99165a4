/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.cli;

import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import picocli.CommandLine.Option;

/** The option {@code --threads}. */
final class Threads {
    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Threads that compute. Default: one for each processor. Never changes a result.")
    private int count = Runtime.getRuntime().availableProcessors();

    int count() {
        if (count < 1) {
            throw new InvalidInputException(ErrorCode.INVALID_ARGUMENT, "--threads must be at least 1, not " + count);
        }
        return count;
    }
}
