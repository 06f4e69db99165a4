/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.operation;

/** The databases that every test here runs on. */
public enum Database {
    H2,
    POSTGRESQL
}
