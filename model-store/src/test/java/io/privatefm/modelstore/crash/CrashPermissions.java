/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore.crash;

import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.UserPrincipal;
import java.util.Set;

/** Permissions that can be set, and bind nobody. */
final class CrashPermissions implements PosixFileAttributeView {
    private final Tree tree;

    CrashPermissions(Tree tree) {
        this.tree = tree;
    }

    @Override
    public String name() {
        return "posix";
    }

    @Override
    public void setPermissions(Set<PosixFilePermission> permissions) {
        tree.step();
    }

    @Override
    public PosixFileAttributes readAttributes() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void setGroup(GroupPrincipal group) {
        throw new UnsupportedOperationException();
    }

    @Override
    public UserPrincipal getOwner() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void setOwner(UserPrincipal owner) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void setTimes(FileTime modified, FileTime accessed, FileTime created) {
        throw new UnsupportedOperationException();
    }
}
