/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.access;

/**
 * A key that was made just now: the only time that it can be seen.
 *
 * @param key a secret
 */
public record IssuedKey(ApiKey key, StoredKey stored) {}
