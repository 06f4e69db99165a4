/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.hash;

import io.privatefm.core.model.TensorInfo;
import io.privatefm.spi.Sha256;

/** A tensor's header entry and the root over its bytes: all that the content hash needs of it. */
public record TensorDigest(TensorInfo info, Sha256 root) {}
