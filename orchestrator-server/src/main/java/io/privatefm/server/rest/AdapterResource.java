/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest;

final class AdapterResource {
    static final String ADAPTER = "/api/v1/namespaces/{learner_id}/adapters/{subject}";
}
