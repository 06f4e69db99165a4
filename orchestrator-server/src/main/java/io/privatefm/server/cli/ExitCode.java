/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.cli;

import io.privatefm.spi.ErrorCode;

/** What the command's exit codes mean. */
final class ExitCode {
    static final int DONE = 0;
    static final int VERIFICATION_FAILED = 1;
    static final int BAD_INPUT = 2;
    static final int ENVIRONMENT = 3;

    private ExitCode() {}

    static int of(ErrorCode code) {
        return switch (code.kind()) {
            case BAD_INPUT -> BAD_INPUT;
            case DAMAGED -> VERIFICATION_FAILED;
            case ENVIRONMENT -> ENVIRONMENT;
        };
    }
}
