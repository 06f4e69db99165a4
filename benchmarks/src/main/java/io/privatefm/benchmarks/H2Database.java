/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.benchmarks;

import java.nio.file.Path;
import org.h2.engine.Constants;
import org.h2.jdbcx.JdbcDataSource;

/** H2 inside this process, on files in a folder. */
final class H2Database implements Database {
    private final Path folder;
    private int stores;

    H2Database(Path folder) {
        this.folder = folder;
    }

    @Override
    public String name() {
        return "H2";
    }

    @Override
    public String setting() {
        return Constants.VERSION + ", on a file, write_delay 0, reuse_space false, checkpoint sync after each commit";
    }

    @Override
    public OpenStore emptyStore() {
        stores++;
        JdbcDataSource file = new JdbcDataSource();
        file.setURL("jdbc:h2:file:" + folder.resolve("store" + stores) + ";WRITE_DELAY=0;REUSE_SPACE=FALSE");
        return OpenStore.pooled(file);
    }

    @Override
    public void close() {
        // ends with its last connection
    }
}
