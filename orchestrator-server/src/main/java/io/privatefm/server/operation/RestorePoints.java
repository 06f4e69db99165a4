/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.operation;

import io.privatefm.spi.recovery.RestorePoint;
import java.time.Instant;

/** Restore points as one word and a value, in a column. */
final class RestorePoints {
    private static final String NEWEST = "NEWEST";
    private static final String VERSION = "VERSION ";
    private static final String TIME = "TIME ";

    private RestorePoints() {}

    static String write(RestorePoint point) {
        if (point instanceof RestorePoint.Version version) {
            return VERSION + version.version();
        }
        return point instanceof RestorePoint.Time time ? TIME + time.at() : NEWEST;
    }

    static RestorePoint read(String text) {
        if (text.startsWith(VERSION)) {
            return new RestorePoint.Version(Long.parseLong(text.substring(VERSION.length())));
        }
        return text.startsWith(TIME)
                ? new RestorePoint.Time(Instant.parse(text.substring(TIME.length())))
                : new RestorePoint.Newest();
    }
}
