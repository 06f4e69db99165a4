/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.plan;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.privatefm.core.json.CanonicalJson;
import io.privatefm.core.json.Printable;
import io.privatefm.core.json.StrictJson;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.Subject;
import io.privatefm.spi.checkpoint.Layout;
import io.privatefm.spi.merge.CombinedVariant;
import io.privatefm.spi.merge.MergePolicy;
import io.privatefm.spi.merge.Rounding;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** A merge policy as a namespace's row keeps it: canonical JSON, weights in the hex notation of Java, exact. */
public final class PolicyJson {
    private static final String WHERE = "policy";

    private PolicyJson() {}

    /** Canonical text of a policy. */
    public static String write(MergePolicy policy) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("separate", policy.separate())
                .put("rounding", policy.rounding().name())
                .put("layout", policy.layout().name());
        ArrayNode combined = json.putArray("combined");
        for (CombinedVariant variant : policy.combined()) {
            ObjectNode entry = combined.addObject().put("name", variant.name()).put("strategy", variant.strategy());
            ObjectNode weights = entry.putObject("weights");
            variant.weights().forEach((subject, weight) -> weights.put(subject.value(), Float.toHexString(weight)));
        }
        return CanonicalJson.text(json);
    }

    /**
     * Reads a policy.
     *
     * @throws InvalidInputException if it is not one that this version writes
     */
    public static MergePolicy read(String text) {
        ObjectNode json = StrictJson.object(text.getBytes(StandardCharsets.UTF_8), WHERE, ErrorCode.INVALID_ARGUMENT);
        try {
            return read(json);
        } catch (IllegalArgumentException e) {
            throw new InvalidInputException(
                    ErrorCode.INVALID_ARGUMENT,
                    WHERE,
                    null,
                    "unreadable: " + Printable.sentence(String.valueOf(e.getMessage())));
        }
    }

    private static MergePolicy read(ObjectNode json) {
        List<CombinedVariant> combined = new ArrayList<>();
        for (JsonNode entry : json.path("combined")) {
            SortedMap<Subject, Float> weights = new TreeMap<>();
            entry.path("weights")
                    .properties()
                    .forEach(weight -> weights.put(
                            Subject.of(weight.getKey()),
                            Float.valueOf(weight.getValue().asText())));
            combined.add(new CombinedVariant(
                    entry.path("name").asText(), weights, entry.path("strategy").asText()));
        }
        return new MergePolicy(
                json.path("separate").asBoolean(),
                combined,
                Rounding.valueOf(json.path("rounding").asText()),
                Layout.valueOf(json.path("layout").asText()));
    }
}
