/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.config;

import io.privatefm.spi.checkpoint.RetentionPolicy;
import io.privatefm.spi.recovery.RecoveryPolicy;

/**
 * How much, how often, how long.
 *
 * @param recovery when namespaces fall back
 * @param retention how long checkpoints are kept
 * @param operationsPerMinute expensive operations of each class that one key may have in a minute
 */
public record LimitRules(RecoveryPolicy recovery, RetentionPolicy retention, int operationsPerMinute) {}
