/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.operation;

/** What an operation does. */
public enum OperationKind {
    /** Merges one learner's adapters. */
    MERGE,
    /** Brings one learner's namespace back. */
    FALLBACK,
    /** Runs the nightly batch now. */
    NIGHT
}
