/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.rest.contract;

import java.util.Map;
import java.util.TreeMap;

/**
 * What the service is asked.
 *
 * @param path with its query
 * @param body its bytes, one in each character
 */
record Call(String method, String path, String body, Map<String, String> headers) {
    Call {
        headers = Map.copyOf(headers);
    }

    static Call of(String method, String path) {
        return new Call(method, path, "", Map.of());
    }

    static Call get(String path) {
        return of("GET", path);
    }

    Call with(String header, String value) {
        Map<String, String> more = new TreeMap<>(headers);
        more.put(header, value);
        return new Call(method, path, body, more);
    }

    Call sending(String type, String content) {
        return new Call(method, path, content, headers).with("Content-Type", type);
    }

    Call sending(String json) {
        return sending("application/json", json);
    }

    Call at(String other) {
        return new Call(method, other, body, headers);
    }
}
