/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.config;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * What the environment says of the service.
 *
 * @param home data directory
 * @param keys key vault; empty for the folder beside the data directory
 * @param database empty for a file in the data directory
 * @param bus empty for a bus inside this process
 * @param busPrefix what the names of the bus's streams begin with
 * @param foundation directory or URL of the foundation store; empty for the data directory's own
 * @param foundationKey for a foundation store that is a server
 * @param adapterStore where trainers leave adapters; without it, adapters come with requests only
 * @param encryptionKey root key; empty for the one beside the data directory
 * @param serviceKey of callers that may do everything but delete a learner
 * @param guardianKey of those that may have a learner deleted
 * @param http where it listens, and how much it takes
 * @param schedule when it works by itself
 * @param limits how much, how often, how long
 * @param log how it logs
 */
public record ServerSettings(
        Path home,
        Optional<Path> keys,
        Optional<Secret> database,
        Optional<Secret> bus,
        Optional<String> busPrefix,
        Optional<Secret> foundation,
        Optional<Secret> foundationKey,
        Optional<Path> adapterStore,
        Optional<Secret> encryptionKey,
        Optional<Secret> serviceKey,
        Optional<Secret> guardianKey,
        HttpRules http,
        ScheduleRules schedule,
        LimitRules limits,
        LogRules log) {

    /**
     * Reads the environment.
     *
     * @throws io.privatefm.spi.InvalidInputException with {@link io.privatefm.spi.ErrorCode#CONFIGURATION} that lists everything that is
     *     wrong at once
     */
    public static ServerSettings of(Map<String, String> environment) {
        return new SettingsReader(environment).read();
    }
}
