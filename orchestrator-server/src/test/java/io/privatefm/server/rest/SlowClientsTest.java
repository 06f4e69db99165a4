/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.javalin.http.Context;
import io.javalin.router.JavalinDefaultRoutingApi;
import io.privatefm.server.access.Scope;
import io.privatefm.server.rest.RawConnection.Answer;
import io.privatefm.spi.UnavailableException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Clients that hold on to a connection")
@Timeout(120)
class SlowClientsTest {
    private static final String JSON =
            "Host: localhost\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n\r\n{";
    private static final String CHUNKED = "Host: localhost\r\nTransfer-Encoding: chunked\r\nContent-Type: ";
    private static final String FORM = "multipart/form-data; boundary=0e8b11\r\n\r\n";

    /** How many others ask before the slow send the next byte: so slow are they. */
    private static final int OTHERS = 5;

    /** As many as a caller may have at work, and not many more; what comes a byte at a time is too slow soon. */
    private static final Bounds IMPATIENT = new Bounds(
            20,
            12,
            20,
            200,
            8 << 10,
            Duration.ofSeconds(1),
            Duration.ofMillis(500),
            Duration.ofMillis(200),
            1 << 20,
            Duration.ofMillis(200),
            Duration.ofSeconds(20));

    @TempDir
    private Path dir;

    private final Endless endless = new Endless();
    private OpenServer server;

    @BeforeEach
    void start() throws Exception {
        server = OpenServer.in(dir, IMPATIENT, endless);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    @DisplayName("with a header that does not end are cut off, and others are served meanwhile")
    void headers() throws Exception {
        List<Dribble> slow = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            slow.add(dribble("GET /api/v1/namespaces HTTP/1.1\r\nHost: localhost\r\nX-Slow: ", "x"));
            slow.add(dribble("", "\r\n"));
            slow.add(dribble("GET /api/v1/namespaces/ada HTTP/1.1\r\nHost: localhost\r\n\r\nGET /", "x"));
        }
        untilEnded(slow);
    }

    @Test
    @DisplayName("with a body that comes a byte at a time are told so, or cut off, and others are served meanwhile")
    void bodies() throws Exception {
        List<Dribble> slow = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            slow.add(dribble("POST /api/v1/namespaces HTTP/1.1\r\n" + JSON, " "));
            slow.add(dribble(
                    "POST /api/v1/namespaces/ada/fallback HTTP/1.1\r\n" + CHUNKED + "application/json\r\n\r\n",
                    "1\r\n \r\n"));
            slow.add(dribble("PUT /api/v1/namespaces/ada/adapters/math HTTP/1.1\r\n" + CHUNKED + FORM, "1\r\nx\r\n"));
        }
        assertThat(untilEnded(slow)).containsExactly(408);
    }

    @Test
    @DisplayName("with a body that nobody asked for are cut off")
    void unread() throws Exception {
        List<Dribble> slow = new ArrayList<>();
        for (String route :
                List.of("POST /api/v1/nothing", "GET /api/v1/namespaces/ada", "DELETE /api/v1/namespaces")) {
            slow.add(dribble(route + " HTTP/1.1\r\n" + JSON, " "));
            slow.add(dribble(route + " HTTP/1.1\r\n" + CHUNKED + "application/json\r\n\r\n", "1\r\n \r\n"));
        }
        assertThat(untilEnded(slow)).doesNotContain(500);
    }

    @Test
    @DisplayName("and say nothing, from the beginning or in the middle, are cut off")
    void silent() throws Exception {
        List<RawConnection> silent = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            silent.add(RawConnection.to(server.port()));
        }
        for (RawConnection connection : silent.subList(20, 40)) {
            connection.send("GET /api/v1/names");
        }
        for (RawConnection connection : silent.subList(40, 46)) {
            connection.send("POST /api/v1/namespaces HTTP/1.1\r\n" + JSON);
        }
        assertServed();
        for (RawConnection connection : silent) {
            assertThat(connection.isEnded()).isTrue();
            connection.close();
        }
    }

    @Test
    @DisplayName("and do not read the large answer that they asked for are cut off")
    void notReading() throws Exception {
        List<RawConnection> deaf = new ArrayList<>();
        for (int i = 0; i < Endless.CALLERS; i++) {
            RawConnection connection = RawConnection.withSmallWindow(server.port());
            connection.send("GET " + Endless.PATH + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
            deaf.add(connection);
        }
        assertServed();
        assertThat(endless.brokenOff.await(100, TimeUnit.SECONDS)).isTrue();
        assertServed();
        for (RawConnection connection : deaf) {
            connection.close();
        }
    }

    @Test
    @DisplayName("and read a large answer so slowly that it has no end are cut off, though they are never silent")
    void readingSlowly() throws Exception {
        List<RawConnection> slow = new ArrayList<>();
        for (int i = 0; i < Endless.CALLERS; i++) {
            RawConnection connection = RawConnection.withSmallWindow(server.port());
            connection.send("GET " + Endless.PATH + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
            slow.add(connection);
        }
        while (endless.brokenOff.getCount() > 0) {
            for (RawConnection connection : slow) {
                connection.readSome();
            }
            assertServed();
        }
        for (RawConnection connection : slow) {
            connection.close();
        }
    }

    @Test
    @DisplayName("and ask for one list after the other without reading any are cut off")
    void askingOnly() throws Exception {
        for (int i = 0; i < 20; i++) {
            server.provision("learner-" + i);
        }
        try (RawConnection connection = RawConnection.withSmallWindow(server.port())) {
            boolean ended = false;
            while (!ended) {
                try {
                    connection.send("GET /api/v1/namespaces?limit=200 HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(100));
                } catch (IOException e) {
                    ended = true;
                }
            }
        }
        assertServed();
    }

    /** Sends a byte or two on each of them in turn, with normal requests in between, until the server has ended all. */
    private Set<Integer> untilEnded(List<Dribble> slow) throws IOException {
        Set<Integer> told = new HashSet<>();
        List<Dribble> left = new ArrayList<>(slow);
        while (!left.isEmpty()) {
            for (Iterator<Dribble> each = left.iterator(); each.hasNext(); ) {
                if (each.next().isEndedAfterMore(told)) {
                    each.remove();
                }
            }
            for (int i = 0; i < OTHERS; i++) {
                assertServed();
            }
        }
        for (Dribble each : slow) {
            each.connection.close();
        }
        return told;
    }

    private Dribble dribble(String beginning, String more) throws IOException {
        RawConnection connection = RawConnection.to(server.port());
        connection.send(beginning);
        return new Dribble(connection, more);
    }

    private void assertServed() throws IOException {
        try (RawConnection connection = RawConnection.to(server.port())) {
            connection.send("GET /api/v1/namespaces/ada HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
            assertThat(connection.answer().map(Answer::status)).contains(200);
        }
    }

    /** A connection on which the same is sent again and again. */
    private record Dribble(RawConnection connection, String more) {
        boolean isEndedAfterMore(Set<Integer> told) {
            try {
                if (connection.hasAnswer()) {
                    Optional<Answer> answer = connection.answer();
                    answer.ifPresent(given -> told.add(given.status()));
                }
                connection.send(more);
                return false;
            } catch (IOException e) {
                return true;
            }
        }
    }

    /** Answers without end, as an export of a model without end would. */
    private static final class Endless implements Resource {
        static final int CALLERS = 6;
        static final String PATH = "/api/v1/endless";

        final CountDownLatch brokenOff = new CountDownLatch(CALLERS);

        @Override
        public void addTo(JavalinDefaultRoutingApi routes) {
            routes.get(PATH, this::answer, Scope.EXPORT);
        }

        private void answer(Context ctx) {
            byte[] piece = new byte[64 << 10];
            try (OutputStream out = ctx.outputStream()) {
                while (true) {
                    out.write(piece);
                }
            } catch (IOException e) {
                brokenOff.countDown();
                throw new UnavailableException("the caller did not take it", e);
            }
        }
    }
}
