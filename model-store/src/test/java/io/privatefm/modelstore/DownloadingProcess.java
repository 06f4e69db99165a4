/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore;

import io.privatefm.spi.foundation.FoundationRelease;
import java.nio.file.Path;
import java.util.Optional;

/** A process that downloads the release {@code r1} of a registry: {@code <url> <cache>}. */
final class DownloadingProcess {
    private DownloadingProcess() {}

    public static void main(String[] args) {
        HttpFoundation.registry(args[0], Path.of(args[1]))
                .build()
                .open(new FoundationRelease(1, "r1", Optional.empty()))
                .close();
    }
}
