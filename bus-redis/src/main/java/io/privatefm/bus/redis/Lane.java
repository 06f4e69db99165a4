/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.bus.redis;

import java.util.ArrayDeque;
import java.util.Deque;

/** The deliveries of one key in one turn, which guards it. */
final class Lane implements Runnable {
    private final Turn turn;
    private final String key;
    private final Deque<Delivery> waiting = new ArrayDeque<>();

    Lane(Turn turn, Delivery first) {
        this.turn = turn;
        key = first.key();
        waiting.add(first);
    }

    String key() {
        return key;
    }

    void add(Delivery delivery) {
        waiting.add(delivery);
    }

    Delivery first() {
        return waiting.getFirst();
    }

    /** Removes the first delivery; says whether another one is left. */
    boolean removeFirst() {
        waiting.removeFirst();
        return !waiting.isEmpty();
    }

    @Override
    public void run() {
        turn.advance(this);
    }
}
