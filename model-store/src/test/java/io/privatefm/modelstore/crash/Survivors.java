/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore.crash;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * What is left after a power loss: all that was forced, and by chance some of the rest. Every decision hangs on the seed
 * and the number of the node or operation alone, so that names drawn at random change nothing.
 */
final class Survivors {
    private static final int SECTOR = 512;

    private final long seed;
    private final boolean journaling;
    private final Map<Node, Node> nodes = new HashMap<>();

    Survivors(long seed, boolean journaling) {
        this.seed = seed;
        this.journaling = journaling;
    }

    FolderNode of(FolderNode folder) {
        return (FolderNode) survivor(folder);
    }

    private Node survivor(Node node) {
        Node known = nodes.get(node);
        if (known != null) {
            return known;
        }
        Node survivor = node instanceof FolderNode folder
                ? new FolderNode(node.id(), entries(folder))
                : new FileNode(node.id(), bytes((FileNode) node));
        nodes.put(node, survivor);
        return survivor;
    }

    private Map<String, Node> entries(FolderNode folder) {
        Map<String, Node> left = new TreeMap<>(folder.forced());
        List<Change> changes = folder.changes();
        SplittableRandom random = random(folder.id());
        boolean inOrder = random.nextBoolean();
        int prefix = random.nextInt(changes.size() + 1);
        for (int i = 0; i < changes.size(); i++) {
            Change change = changes.get(i);
            boolean torn = inOrder ? i < prefix : random.nextBoolean();
            if (journaling ? isWhole(change.move()) : torn) {
                FolderNode.apply(change, left);
            }
        }
        Map<String, Node> survivors = new HashMap<>();
        left.forEach((name, node) -> survivors.put(name, survivor(node)));
        return survivors;
    }

    private boolean isWhole(Move move) {
        return move.isForced() || random(move.id()).nextBoolean();
    }

    private byte[] bytes(FileNode file) {
        byte[] left = Arrays.copyOf(file.bytes(), file.forced());
        SplittableRandom random = random(file.id());
        for (int i = 0; i < file.writes().size(); i++) {
            int from = file.writes().get(i);
            int to = i + 1 < file.writes().size() ? file.writes().get(i + 1) : file.bytes().length;
            left = written(left, file.bytes(), from, to, random);
        }
        return left;
    }

    /** What a write leaves: nothing, all, its first bytes, its first bytes and then zeros, or some of its sectors. */
    private static byte[] written(byte[] left, byte[] bytes, int from, int to, SplittableRandom random) {
        int cut = from + random.nextInt(to - from + 1);
        return switch (random.nextInt(5)) {
            case 0 -> left;
            case 1 -> with(left, bytes, from, to, to);
            case 2 -> with(left, bytes, from, cut, cut);
            case 3 -> with(left, bytes, from, cut, to);
            default -> {
                byte[] sectors = with(left, bytes, from, from, to);
                for (int at = from; at < to; at = (at / SECTOR + 1) * SECTOR) {
                    if (random.nextBoolean()) {
                        int end = Math.min(to, (at / SECTOR + 1) * SECTOR);
                        System.arraycopy(bytes, at, sectors, at, end - at);
                    }
                }
                yield sectors;
            }
        };
    }

    private static byte[] with(byte[] left, byte[] bytes, int from, int to, int length) {
        byte[] longer = Arrays.copyOf(left, Math.max(left.length, length));
        System.arraycopy(bytes, from, longer, from, to - from);
        return longer;
    }

    private SplittableRandom random(int id) {
        return new SplittableRandom(seed * 1_000_003 + id);
    }
}
