/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore.crash;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/** A channel that can be forced and locked, and do nothing else. There is one process, which gets every lock. */
class BareChannel extends FileChannel {
    private final Tree tree;
    private final Node node;

    BareChannel(Tree tree, Node node) {
        this.tree = tree;
        this.node = node;
    }

    final Tree tree() {
        return tree;
    }

    @Override
    public final void force(boolean metaData) {
        tree.force(node);
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        throw new IOException("Is a directory");
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
        throw new IOException("Is a directory");
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        throw new IOException("Is a directory");
    }

    @Override
    public long position() {
        throw new UnsupportedOperationException();
    }

    @Override
    public final long size() {
        return node.size();
    }

    @Override
    public final int write(ByteBuffer source, long position) {
        throw new UnsupportedOperationException();
    }

    @Override
    public final long read(ByteBuffer[] targets, int offset, int length) {
        throw new UnsupportedOperationException();
    }

    @Override
    public final long write(ByteBuffer[] sources, int offset, int length) {
        throw new UnsupportedOperationException();
    }

    @Override
    public final FileChannel position(long newPosition) {
        throw new UnsupportedOperationException();
    }

    @Override
    public final FileChannel truncate(long size) {
        throw new UnsupportedOperationException();
    }

    @Override
    public final long transferTo(long position, long count, WritableByteChannel target) {
        throw new UnsupportedOperationException();
    }

    @Override
    public final long transferFrom(ReadableByteChannel source, long position, long count) {
        throw new UnsupportedOperationException();
    }

    @Override
    public final MappedByteBuffer map(MapMode mode, long position, long size) {
        throw new UnsupportedOperationException();
    }

    @Override
    public final FileLock lock(long position, long size, boolean shared) {
        return new CrashLock(this, position, size, shared);
    }

    @Override
    public final FileLock tryLock(long position, long size, boolean shared) {
        return lock(position, size, shared);
    }

    @Override
    protected final void implCloseChannel() {
        // nothing is held
    }
}
