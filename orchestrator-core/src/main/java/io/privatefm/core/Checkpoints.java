/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core;

import io.privatefm.core.checkpoint.CheckpointReader;
import io.privatefm.core.checkpoint.Manifest;
import io.privatefm.core.checkpoint.ModelDirectoryWriter;
import io.privatefm.core.checkpoint.StoredVariant;
import io.privatefm.core.foundation.Foundation;
import io.privatefm.core.foundation.Foundations;
import io.privatefm.core.recovery.ReadDamage;
import io.privatefm.spi.CorruptDataException;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.NsUid;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.checkpoint.Verification;
import io.privatefm.spi.checkpoint.Verification.Damage;
import io.privatefm.spi.files.ModelSink;
import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.OrchestratorStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Published checkpoints. Safe for use by several threads at once. */
public final class Checkpoints {
    private final OrchestratorStore store;
    private final Namespaces namespaces;
    private final Foundations foundations;
    private final CheckpointReader reader;
    private final ModelDirectoryWriter writer;
    private final ReadDamage damage;

    Checkpoints(
            OrchestratorStore store,
            Namespaces namespaces,
            Foundations foundations,
            CheckpointReader reader,
            ModelDirectoryWriter writer,
            ReadDamage damage) {
        this.store = store;
        this.namespaces = namespaces;
        this.foundations = foundations;
        this.reader = reader;
        this.writer = writer;
        this.damage = damage;
    }

    /** A learner's newest checkpoints, newest first, at most {@code limit}. */
    public List<CheckpointRow> list(LearnerId learner, int limit) {
        NsUid uid = namespaces.get(learner).nsUid();
        return store.inTransaction(tx -> tx.checkpoints(uid, limit));
    }

    /**
     * A learner's checkpoints below a version, newest first.
     *
     * @param belowVersion the last version of the page before, {@link Long#MAX_VALUE} for the first page
     * @param limit at most this many, at least 1
     */
    public List<CheckpointRow> page(LearnerId learner, long belowVersion, int limit) {
        NamespaceRow namespace = namespaces.get(learner);
        return store.inTransaction(tx -> {
            List<CheckpointRow> page = new ArrayList<>();
            long newest = tx.checkpoints(namespace.nsUid(), 1).stream()
                    .mapToLong(CheckpointRow::version)
                    .findFirst()
                    .orElse(0);
            long first = Math.min(newest, Math.max(belowVersion, 1) - 1);
            for (long version = first; version > 0 && page.size() < limit; version--) {
                Optional<CheckpointRow> row = tx.checkpoint(namespace.nsUid(), version);
                if (row.isEmpty()) {
                    break; // the oldest may be gone, and nothing else
                }
                page.add(row.get());
            }
            return page;
        });
    }

    /** A learner's newest checkpoint; empty before the first merge. */
    public Optional<CheckpointRow> latest(LearnerId learner) {
        return list(learner, 1).stream().findFirst();
    }

    /**
     * One checkpoint.
     *
     * @throws InvalidInputException with {@link ErrorCode#CHECKPOINT_NOT_FOUND} if there is none of that version
     */
    public CheckpointRow get(LearnerId learner, long version) {
        NsUid uid = namespaces.get(learner).nsUid();
        return store.inTransaction(tx -> tx.checkpoint(uid, version))
                .orElseThrow(() -> new InvalidInputException(
                        ErrorCode.CHECKPOINT_NOT_FOUND, "learner " + learner + " has no checkpoint " + version));
    }

    /**
     * Reads every stored byte of a checkpoint and holds it against its manifest and row. If the newest is damaged, its namespace falls
     * back, in the background of a started orchestrator.
     *
     * @throws io.privatefm.spi.FoundationWrongException if the foundation release is not what it was merged on; that says
     *     nothing about the checkpoint
     */
    public Verification verify(LearnerId learner, long version) {
        CheckpointRow row = get(learner, version);
        try (Foundation foundation = foundations.open(row.foundationRelease())) {
            Verification verification = reader.verify(row, foundation);
            if (verification instanceof Verification.Damaged damaged) {
                Damage first = damaged.damages().get(0);
                met(learner, row, new CorruptDataException(first.verdict(), first.toString()));
            }
            return verification;
        }
    }

    /**
     * Writes a variant as a complete Hugging Face model directory, which appears whole or not at all.
     *
     * @param target must not exist; the folder that it lies in must
     * @return the model's content hash, recomputed from what was written
     * @throws io.privatefm.spi.AlreadyExistsException if there is something at {@code target}
     * @throws CorruptDataException if what is stored does not have the recorded content hash
     * @throws io.privatefm.spi.FoundationWrongException if the foundation release is not what it was merged on
     */
    public Sha256 export(LearnerId learner, long version, String variant, Path target) {
        return write(
                learner,
                version,
                variant,
                (stored, foundation) -> writer.write(
                        stored.tensors(),
                        foundation.files(),
                        stored.untiesEmbeddings(),
                        target,
                        Optional.of(stored.contentHash())));
    }

    /**
     * Sends a variant to a sink, file by file: the bytes that {@link #export(LearnerId, long, String, Path)} writes, in an order that is
     * always the same, the file last that says what the others are. What the sink got is the model when this returns, and nothing
     * otherwise: by the time damage is found, most of it may have been sent.
     *
     * @return the model's content hash, recomputed from what was sent
     * @throws CorruptDataException if what is stored does not have the recorded content hash; the last file was not begun then
     * @throws io.privatefm.spi.UnavailableException if the sink fails
     * @throws io.privatefm.spi.FoundationWrongException if the foundation release is not what it was merged on
     */
    public Sha256 export(LearnerId learner, long version, String variant, ModelSink sink) {
        return write(
                learner,
                version,
                variant,
                (stored, foundation) -> writer.write(
                        stored.tensors(),
                        foundation.files(),
                        stored.untiesEmbeddings(),
                        sink,
                        Optional.of(stored.contentHash())));
    }

    /** Writes an open variant to where it is to go. */
    @FunctionalInterface
    private interface Writing {
        ModelDirectoryWriter.Written write(StoredVariant stored, Foundation foundation);
    }

    private Sha256 write(LearnerId learner, long version, String variant, Writing writing) {
        CheckpointRow row = get(learner, version);
        Manifest manifest;
        try {
            manifest = reader.manifest(row);
        } catch (CorruptDataException e) {
            met(learner, row, e);
            throw e;
        }
        try (Foundation foundation = foundations.open(manifest.foundationRelease());
                StoredVariant stored = reader.open(manifest, variant, foundation)) {
            return writing.write(stored, foundation).contentHash();
        } catch (CorruptDataException e) {
            foundations.requireUnchanged(manifest.foundationRelease(), manifest.foundationHash());
            met(learner, row, e);
            throw e;
        }
    }

    private void met(LearnerId learner, CheckpointRow row, CorruptDataException error) {
        namespaces
                .find(learner)
                .filter(namespace -> namespace.checkpointVersion() == row.version())
                .ifPresent(namespace -> damage.met(namespace, "a read of version " + row.version(), error));
    }
}
