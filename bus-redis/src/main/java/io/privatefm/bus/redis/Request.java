/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.bus.redis;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Protocol.Command;

/** A command with its arguments. */
final class Request {
    private final Command command;
    private final List<byte[]> arguments = new ArrayList<>();
    private boolean waits;

    private Request(Command command) {
        this.command = command;
    }

    static Request of(Command command, Object... arguments) {
        return new Request(command).with(arguments);
    }

    /** A script, the keys that it touches, and its other arguments to come. */
    static Request script(String script, List<String> keys) {
        return of(Command.EVAL, script, keys.size()).with(keys.toArray());
    }

    /** Appends bytes as they are, and anything else as its text. */
    Request with(Object... more) {
        for (Object argument : more) {
            arguments.add(
                    argument instanceof byte[] bytes
                            ? bytes
                            : String.valueOf(argument).getBytes(StandardCharsets.UTF_8));
        }
        return this;
    }

    /** The server may take its time with it. */
    Request waiting() {
        waits = true;
        return this;
    }

    Reply send(Jedis connection) {
        byte[][] all = arguments.toArray(new byte[0][]);
        return new Reply(waits ? connection.sendBlockingCommand(command, all) : connection.sendCommand(command, all));
    }
}
