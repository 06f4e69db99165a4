/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore.crash;

import java.nio.ByteBuffer;

/** A file that is open, for reading anywhere and writing at the end. */
final class CrashChannel extends BareChannel {
    private final FileNode file;
    private int position;

    CrashChannel(Tree tree, FileNode file) {
        super(tree, file);
        this.file = file;
    }

    @Override
    public int read(ByteBuffer target) {
        int read = read(target, position);
        position += Math.max(read, 0);
        return read;
    }

    @Override
    public int read(ByteBuffer target, long from) {
        tree().requirePower();
        int count = (int) Math.min(target.remaining(), file.size() - from);
        if (count <= 0) {
            return target.hasRemaining() ? -1 : 0;
        }
        target.put(file.bytes(), (int) from, count);
        return count;
    }

    @Override
    public int write(ByteBuffer source) {
        int count = source.remaining();
        tree().step();
        file.append(source);
        return count;
    }

    @Override
    public long position() {
        return position;
    }
}
