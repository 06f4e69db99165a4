/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.guardian;

import io.privatefm.spi.NsUid;
import java.time.Instant;

/**
 * What a guardian keeps of a deletion.
 *
 * @param namespace that was deleted; says nothing about the learner
 * @param keyId how the vault called the key that was destroyed
 * @param document canonical JSON: the audit entry of the deletion and, where the audit log is signed, the proof that it is in the log.
 *     {@code pfm audit verify --receipt} checks it
 */
public record DeletionReceipt(NsUid namespace, String keyId, Instant destroyedAt, String document) {}
