/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.spi.store;

import io.privatefm.spi.NsUid;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.Subject;
import java.time.Instant;
import java.util.Optional;

/**
 * One registered revision of a subject's adapter. Never changed after it was written, but for being set aside.
 *
 * @param revision 1, 2, 3 … for each subject of a namespace
 * @param digest what identifies the adapter's meaning: parsed configuration and factor tensors
 * @param configBlob blob with the bytes of {@code adapter_config.json}
 * @param weightsBlob blob with the bytes of {@code adapter_model.safetensors}
 * @param changedBytes bytes of foundation tensors that it changes, what a merge reads and writes for it
 * @param trainedOn content hash of the foundation it was trained on, where its trainer declared one
 * @param trainedAt when its trainer finished it, where its trainer said so; to the microsecond
 * @param setAside whether it goes into no merge any more: it does not fit the foundation release that the namespace has moved to, or the
 *     namespace was restored to a time before it
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
        Optional<Instant> trainedAt,
        Instant registeredAt,
        boolean setAside) {
    /** A revision as it is registered. */
    public AdapterRow(
            NsUid nsUid,
            Subject subject,
            int revision,
            Sha256 digest,
            Sha256 configBlob,
            Sha256 weightsBlob,
            long changedBytes,
            Optional<Sha256> trainedOn,
            Optional<Instant> trainedAt,
            Instant registeredAt) {
        this(
                nsUid,
                subject,
                revision,
                digest,
                configBlob,
                weightsBlob,
                changedBytes,
                trainedOn,
                trainedAt,
                registeredAt,
                false);
    }

    /** A revision as it is registered, where nobody said when it was trained. */
    public AdapterRow(
            NsUid nsUid,
            Subject subject,
            int revision,
            Sha256 digest,
            Sha256 configBlob,
            Sha256 weightsBlob,
            long changedBytes,
            Optional<Sha256> trainedOn,
            Instant registeredAt) {
        this(
                nsUid,
                subject,
                revision,
                digest,
                configBlob,
                weightsBlob,
                changedBytes,
                trainedOn,
                Optional.empty(),
                registeredAt);
    }

    /** This revision, set aside. */
    public AdapterRow withSetAside() {
        return new AdapterRow(
                nsUid,
                subject,
                revision,
                digest,
                configBlob,
                weightsBlob,
                changedBytes,
                trainedOn,
                trainedAt,
                registeredAt,
                true);
    }
}
