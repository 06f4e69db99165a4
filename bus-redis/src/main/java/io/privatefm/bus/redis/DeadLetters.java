/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.bus.redis;

import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import java.util.List;
import redis.clients.jedis.Protocol.Command;

/**
 * The messages that were given up, of all topics and groups, in the order in which that happened. They stay until somebody says what
 * becomes of them. All methods throw {@link io.privatefm.spi.UnavailableException} while the server does not answer.
 */
public final class DeadLetters {
    private static final String REDELIVER = """
            if redis.call('xdel', KEYS[1], ARGV[1]) == 0 then return false end
            return redis.call('xadd', KEYS[2], '*', unpack(ARGV, 2))""";

    private final Connections connections;
    private final Names names;

    DeadLetters(Connections connections, Names names) {
        this.connections = connections;
        this.names = names;
    }

    /** The oldest ones. */
    public List<KeptLetter> list(int most) {
        return page("-", most);
    }

    /** Those that come after the one of an id. */
    public List<KeptLetter> list(String after, int most) {
        return page("(" + checked(after), most);
    }

    private List<KeptLetter> page(String start, int most) {
        if (most < 1) {
            throw new InvalidInputException(ErrorCode.INVALID_ARGUMENT, "a page of " + most + " letters");
        }
        return connections
                .call(Request.of(Command.XRANGE, names.deadLetters(), start, "+", "COUNT", most))
                .list()
                .stream()
                .map(LetterFields::kept)
                .toList();
    }

    /**
     * Sends a message again, to all groups of its topic, and removes its letter, both or none.
     *
     * @throws InvalidInputException if there is no such letter, or if its message was lost
     * @throws io.privatefm.spi.OutcomeUnknownException if the connection broke before the server said whether it did
     */
    public void redeliver(String id) {
        List<Reply> found = connections
                .call(Request.of(Command.XRANGE, names.deadLetters(), checked(id), id))
                .list();
        if (found.isEmpty()) {
            throw none(id);
        }
        Reply fields = found.get(0).list().get(1);
        List<byte[]> original = LetterFields.original(fields);
        if (original.isEmpty()) {
            throw new InvalidInputException(
                    ErrorCode.INVALID_ARGUMENT,
                    "the message of dead letter " + id + " was lost; find its effect by reconciling, then discard it");
        }
        String stream = names.stream(fields.named("topic").text());
        if (connections
                .write(Request.script(REDELIVER, List.of(names.deadLetters(), stream))
                        .with(id)
                        .with(original.toArray()))
                .isNothing()) {
            throw none(id);
        }
    }

    /**
     * Removes a letter with its message.
     *
     * @throws InvalidInputException if there is no such letter
     */
    public void discard(String id) {
        if (connections
                        .call(Request.of(Command.XDEL, names.deadLetters(), checked(id)))
                        .number()
                == 0) {
            throw none(id);
        }
    }

    private static String checked(String id) {
        if (!Ids.isId(id)) {
            throw new InvalidInputException(ErrorCode.INVALID_ARGUMENT, "that is no id of a dead letter");
        }
        return id;
    }

    private static InvalidInputException none(String id) {
        return new InvalidInputException(ErrorCode.INVALID_ARGUMENT, "there is no dead letter " + id);
    }
}
