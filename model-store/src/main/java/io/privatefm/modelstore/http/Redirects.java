/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore.http;

/** Where a server may send a reader; never from https to http. */
public enum Redirects {
    /** To itself only. */
    SAME_SERVER,
    /** To any server, which gets no key. */
    ANY_SERVER
}
