/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.cli;

import io.privatefm.core.AuditLogKey;
import io.privatefm.modelstore.AnchorDirectory;
import io.privatefm.modelstore.BlobDirectory;
import io.privatefm.modelstore.FileKeyVault;
import io.privatefm.server.config.Setting;
import io.privatefm.server.home.HomeAudit;
import io.privatefm.server.home.HomeDatabase;
import io.privatefm.server.home.HomeFoundation;
import io.privatefm.server.home.HomeKeys;
import io.privatefm.server.home.Pepper;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.foundation.FoundationStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/**
 * The options that say where everything is: the data directory with {@code db/}, {@code blobs/}, {@code audit/}, {@code
 * foundation/}, and a database elsewhere, if there is one.
 */
final class Home {
    @Option(
            names = "--home",
            required = true,
            paramLabel = "DIR",
            description = "Data directory: database, blobs, and the foundation releases in foundation/.")
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    @Option(
            names = "--database",
            paramLabel = "URL",
            description = "jdbc: or postgresql://user:password@host:port/name. Default: a file in the data directory.")
    private Optional<String> database = Optional.empty();

    @Option(
            names = "--keys",
            paramLabel = "DIR",
            description = "Key vault. Default: the folder beside the data directory, of its name with .keys added.")
    private Optional<Path> keys = Optional.empty();

    Path directory() {
        if (!Files.isDirectory(directory)) {
            throw new InvalidInputException(ErrorCode.INVALID_ARGUMENT, "there is no data directory " + directory);
        }
        return directory;
    }

    /** Opens the database of a data directory; makes none where there was none. */
    HomeDatabase openDatabase() {
        if (!Files.isDirectory(directory().resolve("blobs"))) { // else it would be made one
            throw new InvalidInputException(
                    ErrorCode.INVALID_ARGUMENT, directory + " is no data directory: there is no blobs/ in it");
        }
        return HomeDatabase.open(directory(), database);
    }

    BlobDirectory blobs() {
        return BlobDirectory.at(directory());
    }

    FileKeyVault vault() {
        return HomeKeys.open(directory(), keys);
    }

    /** What the service's stored keys are hashed under. */
    Pepper pepper() {
        return HomeKeys.pepper(directory(), keys);
    }

    /** The foundation: that which {@link Setting#FM_STORE_URL} names, with {@link Setting#FM_STORE_API_KEY}; without it, the data directory's own. */
    FoundationStore foundation() {
        return HomeFoundation.open(
                directory(), Setting.FM_STORE_URL.in(System.getenv()), Setting.FM_STORE_API_KEY.in(System.getenv()));
    }

    /** The audit log's key, which must be there. */
    AuditLogKey auditKey() {
        return HomeAudit.readKey(directory());
    }

    /** The audit log's signing key, where this data directory has it. */
    Optional<HomeAudit> audit() throws IOException {
        return HomeAudit.isIn(directory()) ? Optional.of(HomeAudit.open(directory())) : Optional.empty();
    }

    AnchorDirectory anchors() {
        return HomeAudit.anchors(directory());
    }
}
