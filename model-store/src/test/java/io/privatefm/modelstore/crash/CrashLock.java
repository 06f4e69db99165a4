/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore.crash;

import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;

/** A lock that keeps nobody out; it goes with its channel. */
final class CrashLock extends FileLock {
    CrashLock(FileChannel channel, long position, long size, boolean shared) {
        super(channel, position, size, shared);
    }

    @Override
    public boolean isValid() {
        return acquiredBy().isOpen();
    }

    @Override
    public void release() {
        // nobody waits for it
    }
}
