/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

import static io.privatefm.server.operation.OperationHome.QUICK;
import static org.assertj.core.api.Assertions.assertThat;

import io.privatefm.server.TestService;
import io.privatefm.server.TestService.Answer;
import io.privatefm.server.access.Principal;
import io.privatefm.server.access.RateLimits;
import io.privatefm.server.access.Scope;
import io.privatefm.server.fault.LosingDataSource;
import io.privatefm.server.operation.Database;
import io.privatefm.server.operation.OpenOperations;
import io.privatefm.server.operation.OperationHome;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A namespace asked for with a key, while the database goes away")
class UnansweredCreationTest {
    @TempDir
    private Path dir;

    private LosingDataSource notes;
    private OpenOperations open;
    private RestServer server;
    private TestService client;

    @BeforeEach
    void start() throws Exception {
        OperationHome home = OperationHome.create(dir, Database.H2);
        open = home.open(QUICK, setup -> setup, foundation -> foundation);
        notes = new LosingDataSource(home.connections());
        server = new RestServer(
                new RestSettings("127.0.0.1", 0, Optional.empty(), 1 << 20),
                Bounds.STANDARD,
                (wanted, given, action, source) -> new Principal("service", EnumSet.allOf(Scope.class)),
                open.pfm()::correlated,
                List.of(new NamespaceResource(
                        open.pfm(), home.idempotency(notes.dataSource()), new RateLimits(100, () -> 0))));
        client = new TestService("http://127.0.0.1:" + server.start(), "");
    }

    @AfterEach
    void stop() {
        server.close();
        open.close();
    }

    private Answer ask() throws Exception {
        return client.send(
                "POST",
                "/api/v1/namespaces",
                "{\"learner_id\":\"ada\",\"subjects\":[\"math\"]}",
                "Idempotency-Key",
                "key-of-ada");
    }

    @ParameterizedTest(name = "though it was noted: {0}")
    @ValueSource(booleans = {true, false})
    @DisplayName("was made, and is answered for when it is asked for again")
    void made(boolean noted) throws Exception {
        notes.loseCommit(2, noted); // that which notes what was made
        Answer first = ask();
        assertThat(notes.disarm()).isTrue();
        assertThat(first.status()).as(first.body()).isEqualTo(503);

        Answer second = ask();

        assertThat(second.status()).as(second.body()).isEqualTo(201);
        assertThat(second.json().path("learner_id").textValue()).isEqualTo("ada");
        assertThat(ask().body()).isEqualTo(second.body());
    }

    @Test
    @DisplayName("is another's, and is refused again and again")
    void refused() throws Exception {
        assertThat(client.provision("ada").status()).isEqualTo(201);

        assertThat(ask().status()).isEqualTo(409);
        Answer again = ask();

        assertThat(again.status()).isEqualTo(409);
        assertThat(again.json().path("code").textValue()).isEqualTo("ALREADY_EXISTS");
    }
}
