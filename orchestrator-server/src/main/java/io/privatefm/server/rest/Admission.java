/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

import io.privatefm.server.access.Credentials;
import io.privatefm.server.access.Principal;
import io.privatefm.server.access.Scope;

/** Lets callers in or not, as {@link io.privatefm.server.access.Access#admit} does. */
@FunctionalInterface
interface Admission {
    /** Who it is. */
    Principal admit(Scope wanted, Credentials given, String action, String source);
}
