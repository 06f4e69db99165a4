/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.cli;

import io.privatefm.server.PfmServer;
import io.privatefm.server.config.ServerSettings;
import io.privatefm.server.config.Setting;
import io.privatefm.server.log.ServiceLog;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code pfm serve}: the service, until somebody ends the process. */
@Command(
        name = "serve",
        description =
                "Serves REST and the console, as the environment says (docs/service.md), until the process is told to"
                        + " end; then lets what is under way end, within 30 seconds.",
        mixinStandardHelpOptions = true)
final class ServeCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Option(
            names = "--dev",
            description = "For trying it out on one machine: makes keys and prints them once, brings the small trained"
                    + " foundation along, listens at 127.0.0.1.")
    private boolean dev;

    @Option(
            names = "--home",
            paramLabel = "DIR",
            description = "Data directory. Default: PFM_HOME; with --dev else ./pfm-home.")
    private Optional<Path> home = Optional.empty();

    @Option(
            names = "--port",
            paramLabel = "N",
            description = "Where to listen, 0 for any free port. Default: PORT, else 8000.")
    private Optional<Integer> port = Optional.empty();

    @Override
    public Integer call() throws IOException, InterruptedException {
        Map<String, String> environment = new HashMap<>(System.getenv());
        home.ifPresent(directory -> environment.put(Setting.PFM_HOME.name(), directory.toString()));
        port.ifPresent(number -> environment.put(Setting.PORT.name(), number.toString()));
        DevelopmentHome development = new DevelopmentHome(environment);
        if (dev) {
            development.prepare();
        }
        ServerSettings settings = ServerSettings.of(environment);
        ServiceLog.begin(settings.log(), settings.secrets());
        Logger log = LoggerFactory.getLogger(ServeCommand.class);
        Thread.setDefaultUncaughtExceptionHandler(
                (thread, failure) -> log.error("thread {} ended", thread.getName(), failure));
        PfmServer server = PfmServer.open(settings);
        server.start();
        endWithProcess(server);
        PrintWriter err = spec.commandLine().getErr();
        if (dev) {
            development.print(err);
        }
        err.println("serving at " + url(settings, server.port()) + " (console; the interface: api/docs)");
        return waitForEver();
    }

    /** Ends the service when the process is told to end, which then has ended as it should: with 0, not with the signal's code. */
    private static void endWithProcess(PfmServer server) {
        Runtime runtime = Runtime.getRuntime();
        runtime.addShutdownHook(new Thread(
                () -> {
                    server.close();
                    runtime.halt(ExitCode.DONE);
                },
                "pfm-shutdown"));
    }

    private static int waitForEver() throws InterruptedException {
        new CountDownLatch(1).await();
        return ExitCode.DONE;
    }

    private static String url(ServerSettings settings, int port) {
        String scheme = settings.http().keyStore().isPresent() ? "https" : "http";
        String address = settings.http().address();
        return scheme + "://" + (address.contains(":") ? "[" + address + "]" : address) + ":" + port + "/";
    }
}
