/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.spi.ConflictException;
import io.privatefm.spi.InvalidInputException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A request with a key")
class IdempotencyTest {
    private static final IdempotencyKey KEY = new IdempotencyKey("service", "POST /namespaces", "key-of-ada");
    private static final String REQUEST = "ada-lovelace\nmath";

    @TempDir
    private Path dir;

    @ParameterizedTest(name = "{0}")
    @EnumSource
    @DisplayName("is answered again as it was, over a restart too, for a day")
    void same(Database kind) throws Exception {
        OperationHome home = OperationHome.create(dir, kind);
        assertThat(home.idempotency().begin(KEY, REQUEST)).isEqualTo(new Remembered.New(false));
        home.idempotency().complete(KEY, "uid-1");

        assertThat(home.idempotency().begin(KEY, REQUEST)).isEqualTo(new Remembered.Same("uid-1"));
        assertThat(home.idempotency().begin(KEY, "ada-lovelace\nreading")).isEqualTo(new Remembered.Different());
        assertThat(home.idempotency().begin(new IdempotencyKey("other", KEY.route(), KEY.key()), REQUEST))
                .isEqualTo(new Remembered.New(false));
        assertThat(home.idempotency().begin(new IdempotencyKey("service", "POST /nights", KEY.key()), REQUEST))
                .isEqualTo(new Remembered.New(false));
        assertThat(home.dump()).noneMatch(value -> value.contains("ada-lovelace"));

        home.clock().advance(Idempotency.KEPT.minusMinutes(1));
        assertThat(home.idempotency().begin(KEY, REQUEST)).isEqualTo(new Remembered.Same("uid-1"));
        home.clock().advance(Duration.ofMinutes(2));
        assertThat(home.idempotency().begin(KEY, REQUEST)).isEqualTo(new Remembered.New(false));
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource
    @DisplayName("waits while the same one is being done, and is done where that one died")
    void underWay(Database kind) throws Exception {
        OperationHome home = OperationHome.create(dir, kind);
        home.idempotency().begin(KEY, REQUEST);
        assertThatThrownBy(() -> home.idempotency().begin(KEY, REQUEST)).isInstanceOf(ConflictException.class);
        assertThat(home.idempotency().begin(KEY, "another")).isEqualTo(new Remembered.Different());
        home.clock().advance(Duration.ofMinutes(2));
        assertThat(home.idempotency().begin(KEY, REQUEST)).isEqualTo(new Remembered.New(true));
        assertThatThrownBy(() -> home.idempotency().begin(KEY, REQUEST)).isInstanceOf(ConflictException.class);

        home.idempotency().abandon(KEY);
        assertThat(home.idempotency().begin(KEY, "another")).isEqualTo(new Remembered.New(false));
        home.idempotency().complete(KEY, "uid-2");
        home.idempotency().abandon(KEY);
        assertThat(home.idempotency().begin(KEY, "another")).isEqualTo(new Remembered.Same("uid-2"));
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource
    @DisplayName("is begun again at once where nobody knows what the first led to")
    void left(Database kind) throws Exception {
        OperationHome home = OperationHome.create(dir, kind);
        home.idempotency().begin(KEY, REQUEST);
        home.idempotency().leave(KEY);
        assertThat(home.idempotency().begin(KEY, "another")).isEqualTo(new Remembered.Different());
        assertThat(home.idempotency().begin(KEY, REQUEST)).isEqualTo(new Remembered.New(true));
        assertThatThrownBy(() -> home.idempotency().begin(KEY, REQUEST)).isInstanceOf(ConflictException.class);
        home.idempotency().complete(KEY, "uid-3");
        home.idempotency().leave(KEY);
        assertThat(home.idempotency().begin(KEY, REQUEST)).isEqualTo(new Remembered.Same("uid-3"));
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource
    @DisplayName("is done by one of many who ask at once")
    void race(Database kind) throws Exception {
        OperationHome home = OperationHome.create(dir, kind);
        List<Callable<Remembered>> asking = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            asking.add(() -> home.idempotency().begin(KEY, REQUEST));
        }
        ExecutorService threads = Executors.newFixedThreadPool(asking.size());
        int won = 0;
        int waiting = 0;
        try {
            for (Future<Remembered> one : threads.invokeAll(asking)) {
                try {
                    assertThat(one.get()).isEqualTo(new Remembered.New(false));
                    won++;
                } catch (ExecutionException e) {
                    assertThat(e).hasCauseInstanceOf(ConflictException.class);
                    waiting++;
                }
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(won).isEqualTo(1);
        assertThat(waiting).isEqualTo(asking.size() - 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "tab\t", "new\nline", "\u00e4"})
    @DisplayName("is refused if that is not a key")
    void noKey(String text) {
        assertThatThrownBy(() -> new IdempotencyKey("service", "POST /nights", text))
                .isInstanceOf(InvalidInputException.class);
    }

    @Test
    @DisplayName("may have one of 255 characters, and none longer")
    void longest() {
        assertThat(new IdempotencyKey("service", "POST /nights", "~".repeat(255)).key())
                .hasSize(255);
        assertThatThrownBy(() -> new IdempotencyKey("service", "POST /nights", "~".repeat(256)))
                .isInstanceOf(InvalidInputException.class);
    }

    @Test
    @DisplayName("has a code that depends on the secret and on where each part ends")
    void codes() {
        RequestCodes codes = new RequestCodes(new byte[32]);
        byte[] other = new byte[32];
        other[31] = 1;
        assertThat(codes.of("a", "bc"))
                .hasSize(64)
                .isEqualTo(codes.of("a", "bc"))
                .isNotEqualTo(codes.of("ab", "c"));
        assertThat(new RequestCodes(other).of("a", "bc")).isNotEqualTo(codes.of("a", "bc"));
        assertThatThrownBy(() -> new RequestCodes(new byte[31])).isInstanceOf(IllegalArgumentException.class);
    }
}
