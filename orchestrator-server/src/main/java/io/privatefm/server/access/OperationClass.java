/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.access;

/** Operations that cost so much that each caller may have a number of them a minute; each class is counted on its own. */
public enum OperationClass {
    /** An adapter is uploaded. */
    UPLOAD,
    /** A merge, or a night. */
    MERGE,
    /** A namespace is brought back. */
    FALLBACK,
    /** A model is read out. */
    EXPORT,
    /** Every byte of a checkpoint is read. */
    VERIFY,
    /** A learner is deleted. What the others use up takes nothing from it. */
    DELETION
}
