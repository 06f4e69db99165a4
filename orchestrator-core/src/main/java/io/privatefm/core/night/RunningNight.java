/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.night;

import io.privatefm.spi.PfmException;
import io.privatefm.spi.merge.EarlyEnd;
import io.privatefm.spi.merge.EarlyEnd.Cause;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One night on its way, and whether it is to end. Asked for every segment of a merge: the store is asked at the beginning, and then every ten
 * seconds at most. What was once the answer stays it.
 */
final class RunningNight implements NightStop {
    private static final Logger LOG = LoggerFactory.getLogger(RunningNight.class);
    private static final Duration LOOK = Duration.ofSeconds(10);

    private final NightControl control;
    private final InstantSource clock;
    private final @Nullable Instant deadline;
    private final Instant start;
    private final int cancellations;
    private int pauses;
    private Instant nextLook;
    private @Nullable EarlyEnd end;

    RunningNight(NightControl control, InstantSource clock, @Nullable Instant deadline) {
        this.control = control;
        this.clock = clock;
        this.deadline = deadline;
        this.start = clock.instant();
        this.cancellations = control.cancellations();
        this.nextLook = start;
    }

    /** When it began. */
    Instant start() {
        return start;
    }

    /** How long it has run. */
    Duration took() {
        return Duration.between(start, clock.instant());
    }

    @Override
    public void check() {
        if (ended().isPresent()) {
            throw new NightEnded();
        }
    }

    /** Why it is to end, if it is. */
    synchronized Optional<EarlyEnd> ended() {
        if (end == null) {
            end = look();
        }
        return Optional.ofNullable(end);
    }

    private @Nullable EarlyEnd look() {
        if (control.isClosed()) {
            return new EarlyEnd(Cause.CLOSED, "the orchestrator is closed");
        }
        if (control.cancellations() != cancellations) {
            return new EarlyEnd(Cause.CANCELLED, "the night was cancelled");
        }
        Instant now = clock.instant();
        if (deadline != null && !now.isBefore(deadline)) {
            return new EarlyEnd(Cause.DEADLINE, "it was to end at " + deadline);
        }
        int asked = control.pauses();
        if (now.isBefore(nextLook) && asked == pauses) {
            return null;
        }
        pauses = asked;
        nextLook = now.plus(LOOK);
        return paused();
    }

    private @Nullable EarlyEnd paused() {
        try {
            return control.paused()
                    .map(row -> new EarlyEnd(Cause.PAUSED, "nights are paused since " + row.at() + ": " + row.reason()))
                    .orElse(null);
        } catch (PfmException e) {
            LOG.warn("whether nights are paused is not known; it is asked again", e);
            return null;
        }
    }

    /** How long what is left will take, by what was done so far. */
    Duration left(int done, int all) {
        return took().multipliedBy(all - done).dividedBy(done);
    }
}
