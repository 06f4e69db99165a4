/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.adapter;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.privatefm.core.json.CanonicalJson;
import io.privatefm.core.json.Printable;
import io.privatefm.core.json.StrictJson;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.adapter.AdapterLimits;
import io.privatefm.spi.adapter.AdapterLimits.Limit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * An {@code adapter_config.json} of PEFT (up to 0.20), read for what decides a merge. Features that are not supported are
 * refused by name; fields that mean nothing to a merge are passed over; an unknown field is harmless only while it is
 * null, false or empty.
 */
final class PeftConfig {
    /** Name of the file. */
    static final String FILE = "adapter_config.json";

    private static final int DEFAULT_RANK = 8;
    private static final double DEFAULT_ALPHA = 8;
    private static final String ALL_LINEAR = "all-linear";

    /** Say nothing about the merge, or only how the adapter was trained. */
    private static final Set<String> IRRELEVANT = Set.of(
            "auto_mapping",
            "base_model_name_or_path",
            "corda_config",
            "eva_config",
            "inference_mode",
            "loftq_config",
            "lora_dropout",
            "lora_ga_config",
            "megatron_core",
            "peft_version",
            "qalora_group_size",
            "revision",
            "runtime_config");

    /** Read here. */
    private static final Set<String> READ = Set.of(
            "alpha_pattern",
            "bias",
            "exclude_modules",
            "fan_in_fan_out",
            "init_lora_weights",
            "layers_pattern",
            "layers_to_transform",
            "lora_alpha",
            "lora_bias",
            "modules_to_save",
            "peft_type",
            "r",
            "rank_pattern",
            "target_modules",
            "task_type",
            "use_dora",
            "use_rslora");

    /** Ways to start training that leave the foundation as it is. */
    private static final Set<String> HARMLESS_INIT = Set.of("true", "false", "gaussian", "eva", "orthogonal", "mica");

    private static final Map<String, Set<String>> HEADS_OF_TASK = Map.of(
            "SEQ_CLS", Set.of("classifier", "score", "pre_classifier"),
            "TOKEN_CLS", Set.of("classifier", "score", "pre_classifier"),
            "QUESTION_ANS", Set.of("qa_outputs"));

    private final ObjectNode json;
    private final long highestRank;
    private final int rank;
    private final double alpha;
    private final PatternTable<Integer> ranks;
    private final PatternTable<Double> alphas;
    private final SavedModules savedModules;
    private final Optional<ModuleSelector> selector;

    private PeftConfig(ObjectNode json, AdapterLimits limits) {
        this.json = json;
        this.highestRank = limits.get(Limit.RANK);
        PatternCompiler compiler = new PatternCompiler(limits);
        refuseUnsupported();
        rank = rank("r", json.has("r") ? json.path("r") : IntNode.valueOf(DEFAULT_RANK));
        alpha = number("lora_alpha", json.path("lora_alpha"), DEFAULT_ALPHA);
        Map<String, Integer> rankPattern = new LinkedHashMap<>();
        entries("rank_pattern").forEach((key, value) -> rankPattern.put(key, rank("rank_pattern", value)));
        ranks = new PatternTable<>("rank_pattern", rankPattern, compiler);
        Map<String, Double> alphaPattern = new LinkedHashMap<>();
        entries("alpha_pattern")
                .forEach((key, value) -> alphaPattern.put(key, number("alpha_pattern", value, DEFAULT_ALPHA)));
        alphas = new PatternTable<>("alpha_pattern", alphaPattern, compiler);
        savedModules = new SavedModules(Set.copyOf(texts("modules_to_save")));
        selector = selector(limits, compiler);
    }

    /**
     * Reads a configuration.
     *
     * @throws InvalidInputException naming the field that is malformed or not supported
     */
    static PeftConfig parse(byte[] bytes, AdapterLimits limits) {
        ObjectNode json = StrictJson.pythonObject(
                bytes,
                FILE,
                ErrorCode.ADAPTER_INVALID,
                limits.count(Limit.CONFIG_DEPTH),
                limits.count(Limit.CONFIG_TOKENS));
        return new PeftConfig(json, limits);
    }

    /** Rank of a module's factors. */
    int rankOf(String module, PatternSteps steps) {
        return ranks.valueFor(module, rank, steps);
    }

    /**
     * What a module's product is multiplied by: {@code alpha / r}, or {@code alpha / sqrt(r)} for rank-stabilised LoRA,
     * computed in binary64 and rounded once to binary32.
     */
    float scaleOf(String module, PatternSteps steps) {
        double a = alphas.valueFor(module, alpha, steps);
        double r = rankOf(module, steps);
        float scale = (float) (flag("use_rslora") ? a / Math.sqrt(r) : a / r);
        if (!Float.isFinite(scale)) {
            throw invalid("lora_alpha", "alpha " + a + " is out of range for rank " + (int) r);
        }
        return scale;
    }

    boolean usesDora() {
        return flag("use_dora");
    }

    boolean hasLoraBias() {
        return flag("lora_bias");
    }

    boolean isFanInFanOut() {
        return flag("fan_in_fan_out");
    }

    /** Whether trained biases of the foundation travel with the adapter. */
    boolean savesBiases() {
        return !json.path("bias").asText("none").equals("none");
    }

    SavedModules savedModules() {
        return savedModules;
    }

    /** Names of the output layers that adapters of this task carry whole, whether or not they list them. */
    Set<String> headsOfTask() {
        return HEADS_OF_TASK.getOrDefault(json.path("task_type").asText(""), Set.of());
    }

    /** Which modules are targeted; empty where only PEFT's tables of architectures could say. */
    Optional<ModuleSelector> targets() {
        return selector;
    }

    /**
     * The configuration's meaning in canonical form: what PEFT writes in random order is sorted, what says nothing about
     * the merge is left out. Two files of equal meaning have equal bytes.
     */
    byte[] canonicalBytes() {
        ObjectNode canonical = JsonNodeFactory.instance.objectNode();
        canonical.put("r", rank).put("lora_alpha", Double.toString(alpha));
        for (String pattern : List.of("rank_pattern", "alpha_pattern")) {
            ArrayNode rows = canonical.putArray(pattern);
            entries(pattern)
                    .forEach((key, value) -> rows.addArray().add(key).add(Double.toString(value.doubleValue())));
        }
        for (String flag : List.of("use_rslora", "use_dora", "lora_bias", "fan_in_fan_out")) {
            canonical.put(flag, flag(flag));
        }
        for (String names : List.of("target_modules", "exclude_modules", "modules_to_save", "layers_pattern")) {
            ArrayNode sorted = canonical.putArray(names);
            sorted.add(json.path(names).isTextual() ? "pattern" : "list");
            new TreeSet<>(texts(names)).forEach(sorted::add);
        }
        ArrayNode layers = canonical.putArray("layers_to_transform");
        new TreeSet<>(layers()).forEach(layers::add);
        canonical
                .put("bias", json.path("bias").asText("none"))
                .put("task_type", json.path("task_type").asText(""));
        return CanonicalJson.bytes(canonical);
    }

    private void refuseUnsupported() {
        if (!json.path("peft_type").asText("").equals("LORA")) {
            throw unsupported(
                    "peft_type",
                    "only LORA is supported, not '" + json.path("peft_type").asText("") + "'");
        }
        for (Map.Entry<String, JsonNode> field : json.properties()) {
            String name = field.getKey();
            if (!READ.contains(name) && !IRRELEVANT.contains(name) && !isEmpty(field.getValue())) {
                throw unsupported(name, "this PEFT feature is not supported");
            }
        }
        String init = json.path("init_lora_weights").asText("true");
        if (!HARMLESS_INIT.contains(init)) {
            throw unsupported(
                    "init_lora_weights",
                    "'" + init + "' trains against a changed foundation; convert the adapter first (PEFT:"
                            + " save_pretrained with path_initial_model_for_weight_conversion)");
        }
        if (!Set.of("none", "all", "lora_only").contains(json.path("bias").asText("none"))) {
            throw unsupported("bias", "unknown mode " + json.path("bias"));
        }
        for (String flag : List.of("use_rslora", "use_dora", "lora_bias", "fan_in_fan_out")) {
            JsonNode value = json.path(flag);
            if (!value.isBoolean() && !value.isNull() && !value.isMissingNode()) {
                throw invalid(flag, "must be true or false");
            }
        }
    }

    private Optional<ModuleSelector> selector(AdapterLimits limits, PatternCompiler compiler) {
        JsonNode targets = json.path("target_modules");
        if (targets.isNull() || targets.isMissingNode() || targets.asText("").equals(ALL_LINEAR)) {
            return Optional.empty();
        }
        List<ModuleSelector.LayerPattern> patterns = new ArrayList<>();
        for (String pattern : texts("layers_pattern")) {
            if (!pattern.matches("[A-Za-z0-9_.]*")) {
                throw unsupported("layers_pattern", "only plain names are supported");
            }
            if (patterns.size() >= limits.get(Limit.PATTERNS)) {
                throw invalid("layers_pattern", "more than " + limits.get(Limit.PATTERNS) + " patterns");
            }
            if (!pattern.isEmpty()) {
                patterns.add(ModuleSelector.LayerPattern.of(pattern));
            }
        }
        return Optional.of(new ModuleSelector(
                names("target_modules", compiler),
                names("exclude_modules", compiler),
                savedModules,
                layers(),
                patterns));
    }

    private ModuleSelector.Names names(String field, PatternCompiler compiler) {
        JsonNode value = json.path(field);
        if (value.isTextual() && !value.textValue().isEmpty()) {
            return new ModuleSelector.Names(Optional.of(compiler.compile(field, value.textValue())), Set.of());
        }
        return new ModuleSelector.Names(Optional.empty(), new LinkedHashSet<>(texts(field)));
    }

    private Set<Integer> layers() {
        JsonNode value = json.path("layers_to_transform");
        Set<Integer> layers = new TreeSet<>();
        for (JsonNode layer :
                value.isArray() ? value : JsonNodeFactory.instance.arrayNode().add(value)) {
            if (layer.canConvertToInt() && layer.isIntegralNumber()) {
                layers.add(layer.intValue());
            } else if (!isEmpty(value)) {
                throw invalid("layers_to_transform", "must be a layer number or a list of them");
            }
        }
        return layers;
    }

    private boolean flag(String field) {
        return json.path(field).asBoolean(false);
    }

    /** A list of texts, or one text as a list of one; empty for null. */
    private List<String> texts(String field) {
        JsonNode value = json.path(field);
        if (value.isNull() || value.isMissingNode()) {
            return List.of();
        }
        List<String> texts = new ArrayList<>();
        for (JsonNode text :
                value.isArray() ? value : JsonNodeFactory.instance.arrayNode().add(value)) {
            if (!text.isTextual()) {
                throw invalid(field, "must be a text or a list of texts");
            }
            texts.add(text.textValue());
        }
        return texts;
    }

    private Map<String, JsonNode> entries(String field) {
        JsonNode value = json.path(field);
        Map<String, JsonNode> entries = new LinkedHashMap<>();
        if (value.isObject()) {
            value.properties().forEach(entry -> entries.put(entry.getKey(), entry.getValue()));
        } else if (!isEmpty(value)) {
            throw invalid(field, "must be an object");
        }
        return entries;
    }

    private int rank(String field, JsonNode value) {
        if (!value.isIntegralNumber()
                || !value.canConvertToInt()
                || value.intValue() < 1
                || value.intValue() > highestRank) {
            throw invalid(field, "a rank must be a whole number from 1 to " + highestRank + ", not " + value);
        }
        return value.intValue();
    }

    private double number(String field, JsonNode value, double fallback) {
        if (value.isMissingNode()) {
            return fallback;
        }
        if (!value.isNumber() || !Double.isFinite(value.doubleValue())) {
            throw invalid(field, "must be a finite number, not " + value);
        }
        return value.doubleValue();
    }

    private static boolean isEmpty(JsonNode value) {
        return value.isNull()
                || value.isMissingNode()
                || (value.isBoolean() && !value.booleanValue())
                || (value.isContainerNode() && value.isEmpty())
                || (value.isTextual() && value.textValue().isEmpty());
    }

    private static InvalidInputException invalid(String field, String reason) {
        return refused(ErrorCode.ADAPTER_INVALID, field, reason);
    }

    private static InvalidInputException unsupported(String field, String reason) {
        return refused(ErrorCode.ADAPTER_UNSUPPORTED, field, reason);
    }

    private static InvalidInputException refused(ErrorCode code, String field, String reason) {
        return new InvalidInputException(code, FILE, Printable.name(field), Printable.sentence(reason));
    }
}
