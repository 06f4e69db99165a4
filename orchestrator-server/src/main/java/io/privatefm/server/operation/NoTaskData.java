/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.operation;

import com.github.kagkarlsson.scheduler.serializer.Serializer;
import org.jspecify.annotations.Nullable;

/** Tasks have no data: nothing is ever made into an object that somebody may have written into the table. */
@SuppressWarnings("NullAway") // the library's "no data" is null, and says so nowhere
final class NoTaskData implements Serializer {
    @Override
    public byte @Nullable [] serialize(@Nullable Object data) {
        return null;
    }

    @Override
    public <T> @Nullable T deserialize(Class<T> type, byte @Nullable [] serialized) {
        return null;
    }
}
