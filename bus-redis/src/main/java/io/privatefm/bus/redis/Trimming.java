/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.bus.redis;

import io.privatefm.spi.UnavailableException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Removes from streams what is old and what every group has acknowledged; never what a group has yet to take. */
final class Trimming {
    private static final Logger LOG = LoggerFactory.getLogger(Trimming.class);
    private static final String TRIM = Reply.NAMED + Ids.LESS + """
            if redis.call('exists', KEYS[1]) == 0 then return {0, 0, '', 0} end
            local groups = redis.call('xinfo', 'groups', KEYS[1])
            local needed, slowest
            for _, group in ipairs(groups) do
              local about = named(group)
              local need = about['last-delivered-id']
              if about['pending'] > 0 then
                local first = redis.call('xpending', KEYS[1], about['name'])[2]
                if first and less(first, need) then need = first end
              end
              if not needed or less(need, needed) then needed, slowest = need, about['name'] end
            end
            local now = redis.call('time')
            local old = now[1] * 1000 + math.floor(now[2] / 1000) - ARGV[1]
            local upto = string.format('%.0f-0', math.max(old, 0))
            if needed and less(needed, upto) then upto = needed end
            local removed = redis.call('xtrim', KEYS[1], 'MINID', upto)
            return {removed, redis.call('xlen', KEYS[1]), slowest or '', #groups}""";

    private final Connections connections;
    private final Names names;
    private final Duration retention;
    private final long alarmLength;
    private final Map<String, Long> alarms = new ConcurrentHashMap<>();
    private final Map<String, Boolean> unread = new ConcurrentHashMap<>();

    Trimming(Connections connections, Names names, Duration retention, long alarmLength) {
        this.connections = connections;
        this.names = names;
        this.retention = retention;
        this.alarmLength = alarmLength;
    }

    /** Trims the streams of some topics, in vain if the server does not answer. */
    void trim(Iterable<String> topics) {
        try {
            for (String topic : topics) {
                trim(topic);
            }
        } catch (UnavailableException e) {
            LOG.debug("nothing is trimmed for now", e);
        }
    }

    private void trim(String topic) {
        List<Reply> reply = connections
                .call(Request.script(TRIM, List.of(names.stream(topic))).with(retention.toMillis()))
                .list();
        long removed = reply.get(0).number();
        long groups = reply.get(3).number();
        if (removed > 0 && groups == 0 && unread.put(topic, true) == null) {
            LOG.info("nobody has ever read {}; what is older than {} is removed", topic, retention);
        }
        alarm(topic, reply.get(1).number(), reply.get(2).text());
    }

    private void alarm(String topic, long length, String slowest) {
        long step = length / alarmLength;
        long told = alarms.getOrDefault(topic, 0L);
        if (step > told) {
            LOG.error(
                    "the stream of {} has {} entries; {}. Nothing unread is removed: make that group read, or remove it",
                    topic,
                    length,
                    slowest.isEmpty() ? "no group reads it" : "the slowest group is " + slowest);
        }
        alarms.put(topic, step);
    }
}
