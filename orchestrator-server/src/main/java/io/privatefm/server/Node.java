/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** How this process calls itself among those that share a database. */
final class Node {
    private Node() {}

    static String name() {
        return host() + "-" + ProcessHandle.current().pid();
    }

    /**
     * The same after a restart, and of one process at a time, where it listens at a port that is not any.
     *
     * @return the name of a file
     */
    static String place(int port) {
        return port == 0 ? name() : host() + "-port-" + port;
    }

    private static String host() {
        try {
            return InetAddress.getLocalHost().getHostName().replaceAll("[^A-Za-z0-9.-]", "_");
        } catch (UnknownHostException e) {
            return "node";
        }
    }
}
