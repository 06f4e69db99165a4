/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.privatefm.core.hash.TensorDigest;
import io.privatefm.core.model.Dtype;
import io.privatefm.core.model.Shape;
import io.privatefm.core.model.TensorInfo;
import io.privatefm.spi.Sha256;

/** A tensor's digest in manifests and listings: {@code {"dtype", "shape", "root"}} under its name. */
final class TensorJson {
    private TensorJson() {}

    static ObjectNode write(TensorDigest digest) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("dtype", digest.info().dtype().name())
                .put("root", digest.root().hex());
        ArrayNode dims = json.putArray("shape");
        for (int i = 0; i < digest.info().shape().rank(); i++) {
            dims.add(digest.info().shape().dim(i));
        }
        return json;
    }

    /**
     * Reads a digest.
     *
     * @throws IllegalArgumentException if a field is missing or malformed
     */
    static TensorDigest read(String name, JsonNode json) {
        JsonNode shape = json.path("shape");
        long[] dims = new long[shape.size()];
        for (int i = 0; i < dims.length; i++) {
            dims[i] = shape.path(i).asLong(-1);
        }
        TensorInfo info = new TensorInfo(name, Dtype.valueOf(json.path("dtype").asText()), shapeOf(dims));
        return new TensorDigest(info, Sha256.parse(json.path("root").asText()));
    }

    private static Shape shapeOf(long[] dims) {
        try {
            return Shape.of(dims);
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("a shape is out of range", e);
        }
    }
}
