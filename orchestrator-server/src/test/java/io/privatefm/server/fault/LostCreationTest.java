/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.privatefm.core.Orchestrator;
import io.privatefm.modelstore.BlobDirectory;
import io.privatefm.modelstore.FoundationDirectory;
import io.privatefm.server.TestService;
import io.privatefm.server.access.Access;
import io.privatefm.server.access.EnvironmentKeys;
import io.privatefm.server.access.RateLimits;
import io.privatefm.server.access.StoredKeys;
import io.privatefm.server.home.HomeKeys;
import io.privatefm.server.home.Pepper;
import io.privatefm.server.operation.Idempotency;
import io.privatefm.server.operation.SettableClock;
import io.privatefm.server.rest.NamespaceResource;
import io.privatefm.server.rest.RestServer;
import io.privatefm.server.rest.RestSettings;
import io.privatefm.server.schema.ServerSchema;
import io.privatefm.store.jdbc.JdbcStore;
import io.privatefm.store.jdbc.SchemaMode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("A namespace whose creation's answer is lost")
class LostCreationTest {
    private static final String KEY = "pfm_dev_service_key_of_this_test_alone_0001";
    private static final String BODY = "{\"learner_id\":\"ada\",\"subjects\":[\"math\"]}";
    private static final String OTHER = "{\"learner_id\":\"ada\",\"subjects\":[\"reading\"]}";
    private static final Duration MORE_THAN_A_MINUTE = Duration.ofSeconds(62);

    @TempDir
    private Path home;

    @ParameterizedTest(name = "commit {0} is lost, done: {1}")
    @CsvSource({"1,false", "1,true", "2,false", "2,true", "3,false", "3,true", "4,false", "4,true"})
    @DisplayName("is the caller's who sends the same request again, and nobody else's")
    void again(int commit, boolean happens) throws Exception {
        Workload.MODEL.writeTo(home.resolve("foundation").resolve("r1"));
        JdbcDataSource file = new JdbcDataSource();
        file.setURL("jdbc:h2:file:" + home.resolve("db") + ";DB_CLOSE_DELAY=30;WRITE_DELAY=0;REUSE_SPACE=FALSE");
        LosingDataSource losing = new LosingDataSource(file);
        SettableClock clock = new SettableClock();
        JdbcStore store = JdbcStore.open(losing.dataSource(), SchemaMode.MIGRATE);
        ServerSchema.migrate(store.connections());
        Pepper pepper = HomeKeys.pepper(home, Optional.empty(), Optional.empty());
        EnvironmentKeys environment = new EnvironmentKeys(Optional.of(KEY), Optional.empty());
        Access access = new Access(
                environment,
                new StoredKeys(store.connections(), pepper, clock, () -> 0),
                (principal, action, reason) -> {},
                () -> 0);
        try (Orchestrator pfm = Orchestrator.builder(
                                store, BlobDirectory.at(home), FoundationDirectory.at(home.resolve("foundation")))
                        .build();
                RestServer server = new RestServer(
                        new RestSettings("127.0.0.1", 0, Optional.empty(), 1 << 20),
                        access,
                        pfm,
                        List.of(new NamespaceResource(
                                pfm,
                                new Idempotency(store.connections(), pepper.hash("idempotency-key", ""), clock),
                                new RateLimits(100, () -> 0))))) {
            TestService service = new TestService("http://127.0.0.1:" + server.start(), KEY);

            losing.loseCommit(commit, happens);
            TestService.Answer lost = create(service, BODY, "key-1");
            assertThat(losing.disarm()).isTrue();
            assertThat(lost.status()).as(lost.body()).isIn(503, 201); // what only looks is done again by itself

            TestService.Answer again = create(service, BODY, "key-1");
            if (again.status() == 409) { // as far as anybody knows, the first one is still being done
                assertThat(again.json().path("code").textValue()).isEqualTo("CONFLICT");
                assertThat(again.json().path("retryable").booleanValue()).isTrue();
                clock.advance(MORE_THAN_A_MINUTE);
                again = create(service, BODY, "key-1");
            }
            assertThat(again.status()).as(again.body()).isEqualTo(201);
            assertThat(create(service, BODY, "key-1").json()).isEqualTo(again.json());
            assertThat(create(service, OTHER, "key-1").status()).isEqualTo(422);
            assertThat(create(service, BODY, "key-2").status()).isEqualTo(409);
            assertThat(service.get("/api/v1/namespaces").json().path("items").findValuesAsText("ns_uid"))
                    .containsExactly(again.json().path("ns_uid").textValue());
        }
    }

    private static TestService.Answer create(TestService service, String body, String key) throws Exception {
        return service.send("POST", "/api/v1/namespaces", body, "Idempotency-Key", key);
    }
}
