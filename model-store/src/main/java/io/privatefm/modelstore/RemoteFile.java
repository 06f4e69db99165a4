/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore;

import java.net.URI;
import java.util.Map;

/**
 * A file that a server promises.
 *
 * @param name a plain file name
 * @param bytes how long it is
 * @param checksum what it hashes to
 * @param uri where it is
 * @param headers what the server must say of it, if it says anything: quotation marks do not count
 */
record RemoteFile(String name, long bytes, Checksum checksum, URI uri, Map<String, String> headers) {
    RemoteFile {
        headers = Map.copyOf(headers);
    }
}
