/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore.crash;

import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;

/** A file or a folder: as processes see it, and how much of it is on the disk for sure. */
abstract sealed class Node implements BasicFileAttributes permits FileNode, FolderNode {
    private final int id;

    Node(int id) {
        this.id = id;
    }

    /** In the order of creation; the same in each run of a script. */
    final int id() {
        return id;
    }

    /** Puts all of it on the disk. */
    abstract void force();

    @Override
    public FileTime lastModifiedTime() {
        return FileTime.fromMillis(0);
    }

    @Override
    public FileTime lastAccessTime() {
        return lastModifiedTime();
    }

    @Override
    public FileTime creationTime() {
        return lastModifiedTime();
    }

    @Override
    public boolean isRegularFile() {
        return !isDirectory();
    }

    @Override
    public boolean isSymbolicLink() {
        return false;
    }

    @Override
    public boolean isOther() {
        return false;
    }

    @Override
    public Object fileKey() {
        return id;
    }
}
