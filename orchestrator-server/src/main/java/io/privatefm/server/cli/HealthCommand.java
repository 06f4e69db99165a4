/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.cli;

import io.privatefm.server.config.Setting;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Map;
import java.util.concurrent.Callable;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * {@code pfm health}: whether the service lives that runs in this container, for an image that has no other HTTP client. With TLS it trusts
 * the certificate that the service was given, and no other.
 */
@Command(
        name = "health",
        description = "Whether the service lives that the same environment belongs to: 0 if it does, else 1.",
        mixinStandardHelpOptions = true)
final class HealthCommand implements Callable<Integer> {
    private static final String PATH = "/api/v1/health/live";
    private static final int PATIENCE = 3_000;
    private static final int MOST_PORT = 65_535;

    private final Map<String, String> environment;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    /** For picocli. */
    HealthCommand() {
        this(System.getenv());
    }

    HealthCommand(Map<String, String> environment) {
        this.environment = environment;
    }

    @Override
    public Integer call() {
        try {
            int status = status();
            if (status == HttpURLConnection.HTTP_OK) {
                return ExitCode.DONE;
            }
            spec.commandLine().getErr().println("pfm: the service answers with " + status);
        } catch (IOException | GeneralSecurityException | URISyntaxException e) {
            spec.commandLine()
                    .getErr()
                    .println("pfm: the service does not answer: "
                            + e.toString().replaceAll("\\s+", " ").strip());
        }
        return ExitCode.VERIFICATION_FAILED;
    }

    private int status() throws IOException, GeneralSecurityException, URISyntaxException {
        String address = Setting.BIND_ADDRESS.in(environment).orElse("0.0.0.0").strip();
        String host = address.equals("0.0.0.0") || address.equals("::") ? "127.0.0.1" : address;
        @Nullable String keyStore = Setting.TLS_KEYSTORE.in(environment).orElse(null);
        URL url = new URI(keyStore == null ? "http" : "https", null, host, port(), PATH, null, null).toURL();
        HttpURLConnection connection = (HttpURLConnection) url.openConnection(Proxy.NO_PROXY);
        connection.setConnectTimeout(PATIENCE);
        connection.setReadTimeout(PATIENCE);
        if (connection instanceof HttpsURLConnection secure && keyStore != null) {
            secure.setSSLSocketFactory(trusting(Path.of(keyStore)).getSocketFactory());
            secure.setHostnameVerifier((name, session) -> true); // it is this very certificate
        }
        try {
            return connection.getResponseCode();
        } finally {
            connection.disconnect();
        }
    }

    private int port() throws URISyntaxException {
        String text = Setting.PORT.in(environment).orElse("8000").strip();
        if (!text.matches("[0-9]{1,5}") || Integer.parseInt(text) > MOST_PORT) {
            throw new URISyntaxException(text, Setting.PORT + " is no port");
        }
        return Integer.parseInt(text);
    }

    private SSLContext trusting(Path keyStore) throws IOException, GeneralSecurityException {
        KeyStore own = KeyStore.getInstance("PKCS12");
        try (var in = Files.newInputStream(keyStore)) {
            own.load(
                    in, Setting.TLS_KEYSTORE_PASSWORD.in(environment).orElse("").toCharArray());
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(own);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }
}
