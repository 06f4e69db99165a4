/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.store;

import io.privatefm.spi.NsUid;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.Subject;
import java.time.Instant;
import java.util.Optional;

/**
 * One registered revision of a subject's adapter. Never changed after it was written.
 *
 * @param revision 1, 2, 3 … for each subject of a namespace
 * @param digest what identifies the adapter's meaning: parsed configuration and factor tensors
 * @param configBlob blob with the bytes of {@code adapter_config.json}
 * @param weightsBlob blob with the bytes of {@code adapter_model.safetensors}
 * @param changedBytes bytes of foundation tensors that it changes, what a merge reads and writes for it
 * @param trainedOn content hash of the foundation it was trained on, where its trainer declared one
 */
public record AdapterRow(
        NsUid nsUid,
        Subject subject,
        int revision,
        Sha256 digest,
        Sha256 configBlob,
        Sha256 weightsBlob,
        long changedBytes,
        Optional<Sha256> trainedOn,
        Instant registeredAt) {}
