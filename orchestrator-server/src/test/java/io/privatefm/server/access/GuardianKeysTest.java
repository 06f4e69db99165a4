/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.server.access.StoppableDatabase.Kind;
import io.privatefm.spi.LearnerId;
import io.privatefm.spi.UnavailableException;
import io.privatefm.spi.guardian.Decision;
import io.privatefm.spi.guardian.GuardianRequest;
import java.sql.SQLException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Guardians' keys")
class GuardianKeysTest {
    private static final LearnerId LEARNER = LearnerId.of("ada");

    private Scene scene;
    private GuardianKeys guardians;

    @BeforeEach
    void makeScene() throws SQLException {
        scene = new Scene(Kind.H2);
        guardians = new GuardianKeys(scene.environment, scene.stored);
    }

    private Decision decide(String guardian, String credential) {
        return guardians.decide(new GuardianRequest(LEARNER, guardian, credential));
    }

    @Test
    @DisplayName("grant a deletion to a named guardian with the environment's key or a stored one, and say which")
    void granted() {
        IssuedKey stored = scene.key(Scope.GUARDIAN);
        assertThat(decide("anne", Scene.GUARDIAN_KEY)).isEqualTo(new Decision.Granted("key guardian"));
        assertThat(decide("anne", stored.key().text()))
                .isEqualTo(new Decision.Granted("key " + stored.key().id()));
    }

    @Test
    @DisplayName("grant nothing to a service's key, a wrong one, a revoked one, or to nobody in particular")
    void denied() {
        IssuedKey service = scene.key(Scope.READ, Scope.WRITE);
        IssuedKey revoked = scene.key(Scope.GUARDIAN);
        scene.stored.revoke(revoked.key().id());

        assertThat(decide("anne", Scene.SERVICE_KEY)).isEqualTo(new Decision.Denied("key service is no guardian's"));
        assertThat(decide("anne", service.key().text()))
                .isEqualTo(new Decision.Denied("key " + service.key().id() + " is no guardian's"));
        assertThat(decide("anne", "guess")).isEqualTo(new Decision.Denied("not a valid key"));
        assertThat(decide("anne", revoked.key().text())).isEqualTo(new Decision.Denied("revoked key"));
        assertThat(decide(" ", Scene.GUARDIAN_KEY)).isEqualTo(new Decision.Denied("no guardian is named"));
    }

    @Test
    @DisplayName("decide without a database for the environment's key, and not at all for a stored one")
    void databaseDown() {
        String stored = scene.key(Scope.GUARDIAN).key().text();
        scene.database.stop();

        assertThat(decide("anne", Scene.GUARDIAN_KEY)).isInstanceOf(Decision.Granted.class);
        assertThatThrownBy(() -> decide("anne", stored)).isInstanceOf(UnavailableException.class);
    }
}
