/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.bus.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The bus's URL")
class RedisAddressTest {
    @Test
    @DisplayName("names a host; port, database and login have defaults")
    void shortest() {
        RedisAddress address = RedisAddress.parse("redis://broker");

        assertThat(address.host()).isEqualTo("broker");
        assertThat(address.port()).isEqualTo(6379);
        assertThat(address.database()).isZero();
        assertThat(address.tls()).isFalse();
        assertThat(address.user()).isNull();
        assertThat(address.password()).isNull();
        assertThat(RedisAddress.parse("redis://broker/").database()).isZero();
    }

    @Test
    @DisplayName("may name all: TLS, user and password percent-encoded, port and database; shown without the login")
    void longest() {
        RedisAddress address = RedisAddress.parse("rediss://us%3Aer:p%40ss%3A%C3%B6+@[::1]:7000/12");

        assertThat(address.host()).isEqualTo("::1");
        assertThat(address.port()).isEqualTo(7000);
        assertThat(address.database()).isEqualTo(12);
        assertThat(address.tls()).isTrue();
        assertThat(address.user()).isEqualTo("us:er");
        assertThat(address.password()).isEqualTo("p@ss:ö+");
        assertThat(address).hasToString("rediss://[::1]:7000/12");
    }

    @Test
    @DisplayName("may name a password alone")
    void passwordAlone() {
        RedisAddress address = RedisAddress.parse("redis://:secret@broker");

        assertThat(address.user()).isNull();
        assertThat(address.password()).isEqualTo("secret");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "broker:6379",
                "http://:geheim@broker",
                "redis:broker",
                "redis://",
                "redis:///0",
                "redis://:geh@eim@broker",
                "redis://:geheim@broker:port",
                "redis://:geheim@broker:0",
                "redis://:geheim@broker:70000",
                "redis://:geheim@broker/zero",
                "redis://:geheim@broker/0/1",
                "redis://:geheim@broker/12345",
                "redis://:geheim@broker?db=1",
                "redis://:ge#heim@broker",
                "redis://:geheim%@broker",
                "redis://:geheim%FF@broker",
                "redis://:geheim <@broker",
                "redis://geheim@broker",
                "redis://geheim:@broker"
            })
    @DisplayName("is refused when it is malformed, in one line without the password")
    void refused(String url) {
        assertThatThrownBy(() -> RedisEventBus.builder(url)).isInstanceOfSatisfying(InvalidInputException.class, e -> {
            assertThat(e.code()).isEqualTo(ErrorCode.CONFIGURATION);
            assertThat(e).hasNoCause();
            assertThat(e.getMessage()).doesNotContain("geh", "eim").hasLineCount(1);
        });
    }
}
