/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore.crash;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** A file that is only ever written at its end. */
final class FileNode extends Node {
    private byte[] bytes;
    private int forced;
    private final List<Integer> writes = new ArrayList<>();

    /** An empty file. */
    FileNode(int id) {
        this(id, new byte[0]);
    }

    /** A file that is on the disk. */
    FileNode(int id, byte[] bytes) {
        super(id);
        this.bytes = bytes;
        this.forced = bytes.length;
    }

    void append(ByteBuffer more) {
        writes.add(bytes.length);
        byte[] longer = new byte[bytes.length + more.remaining()];
        System.arraycopy(bytes, 0, longer, 0, bytes.length);
        more.get(longer, bytes.length, more.remaining());
        bytes = longer;
    }

    byte[] bytes() {
        return bytes;
    }

    /** How many of the first bytes are on the disk. */
    int forced() {
        return forced;
    }

    /** Where each write began that is not on the disk for sure. */
    List<Integer> writes() {
        return List.copyOf(writes);
    }

    @Override
    void force() {
        forced = bytes.length;
        writes.clear();
    }

    @Override
    public boolean isDirectory() {
        return false;
    }

    @Override
    public long size() {
        return bytes.length;
    }
}
