/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.bus.redis;

import static io.privatefm.bus.redis.Prefix.GROUP;
import static io.privatefm.bus.redis.Prefix.TOPIC;
import static io.privatefm.bus.redis.Prefix.message;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.privatefm.spi.UnavailableException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The Redis bus logs in")
class LoginTest {
    @Test
    @DisplayName("with a password; with another one it says so in one line that does not name it")
    void password() throws Exception {
        try (RedisServer server = RedisServer.builder().password("geheim1").start();
                Prefix prefix = new Prefix(server.url())) {
            RedisEventBus bus = prefix.opened();
            Taken taken = new Taken();
            bus.subscribe(TOPIC, GROUP, taken);
            bus.publish(message(1));
            assertThat(taken.next()).isEqualTo(message(1));

            for (String login : List.of(":wrongpassword", "default:wrongpassword", "nobody:wrongpassword")) {
                assertThatThrownBy(() ->
                                prefix.opened(prefix.builder(server.url(login))).publish(message(2)))
                        .isInstanceOf(UnavailableException.class)
                        .hasMessageStartingWith(
                                "the event bus at redis://127.0.0.1:" + server.port() + "/0 refuses: WRONGPASS")
                        .hasMessageNotContaining("wrongpassword");
            }
            assertThatThrownBy(() -> prefix.opened(prefix.builder("redis://127.0.0.1:" + server.port()))
                            .publish(message(2)))
                    .isInstanceOf(UnavailableException.class)
                    .hasMessageContaining("NOAUTH");
        }
    }

    @Test
    @DisplayName("over TLS to a server whose certificate it trusts and that names the host, to no other")
    void tls(@TempDir Path folder) throws Exception {
        KeyStore store = certificate(folder);
        Path certificate = pem(
                folder,
                "certificate",
                "CERTIFICATE",
                store.getCertificate("redis").getEncoded());
        Path key = pem(
                folder,
                "key",
                "PRIVATE KEY",
                store.getKey("redis", "changeit".toCharArray()).getEncoded());
        SSLContext trust = trusting(store);
        try (RedisServer server = RedisServer.builder()
                        .tls(certificate, key)
                        .password("geheim1")
                        .start();
                Prefix prefix = new Prefix(server.url())) {
            RedisEventBus bus = prefix.opened(prefix.builder().sslContext(trust));
            Taken taken = new Taken();
            bus.subscribe(TOPIC, GROUP, taken);
            bus.publish(message(1));
            assertThat(taken.next()).isEqualTo(message(1));

            assertThatThrownBy(() -> prefix.opened().publish(message(2)))
                    .as("a certificate that nobody signed")
                    .isInstanceOf(UnavailableException.class)
                    .hasMessageContaining("certification path");
            String otherName = server.url().replace("127.0.0.1", "localhost");
            assertThatThrownBy(() -> prefix.opened(prefix.builder(otherName).sslContext(trust))
                            .publish(message(2)))
                    .as("a certificate for another name")
                    .isInstanceOf(UnavailableException.class)
                    .hasMessageContaining("localhost");
            String plain = server.url().replace("rediss:", "redis:");
            assertThatThrownBy(() -> prefix.opened(prefix.builder(plain)).publish(message(2)))
                    .as("no TLS")
                    .isInstanceOf(UnavailableException.class);
        }
    }

    private static KeyStore certificate(Path folder) throws Exception {
        Path file = folder.resolve("keys.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "redis",
                        "-keyalg",
                        "EC",
                        "-groupname",
                        "secp256r1",
                        "-dname",
                        "CN=redis",
                        "-ext",
                        "SAN=ip:127.0.0.1",
                        "-validity",
                        "30",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        file.toString(),
                        "-storepass",
                        "changeit")
                .redirectErrorStream(true)
                .start();
        String output = new String(keytool.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(keytool.waitFor()).as(output).isZero();
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            store.load(in, "changeit".toCharArray());
        }
        return store;
    }

    private static Path pem(Path folder, String name, String type, byte[] bytes) throws Exception {
        String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
        return Files.writeString(
                folder.resolve(name + ".pem"),
                "-----BEGIN " + type + "-----\n" + text + "\n-----END " + type + "-----\n");
    }

    private static SSLContext trusting(KeyStore store) throws Exception {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("redis", store.getCertificate("redis"));
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }
}
