/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.testkit;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes PEFT adapters of the usual kinds for {@link TinyModels}; every one can be bent further. */
public final class TinyAdapters {
    private static final int RANK = 4;

    private TinyAdapters() {}

    /** An adapter without tensors, configured as PEFT 0.20 does by default, with rank 4 and alpha 8. */
    public static TinyAdapter empty(TinyModel model, long seed) {
        return new TinyAdapter(model, seed, defaults());
    }

    /** Plain LoRA on modules by name or suffix. */
    public static TinyAdapter plain(TinyModel model, long seed, String... targets) {
        return empty(model, seed).target(targets);
    }

    /** Rank-stabilised LoRA: {@code alpha / sqrt(r)}. */
    public static TinyAdapter rankStabilised(TinyModel model, long seed, String... targets) {
        return plain(model, seed, targets).set("use_rslora", true);
    }

    /** DoRA. */
    public static TinyAdapter dora(TinyModel model, long seed, String... targets) {
        return plain(model, seed, targets).dora();
    }

    /** LoRA on some layers only: factors for these, and {@code layers_to_transform}. */
    public static TinyAdapter layers(TinyModel model, long seed, List<Integer> layers, String... targets) {
        TinyAdapter adapter =
                empty(model, seed).set("target_modules", List.of(targets)).set("layers_to_transform", layers);
        return adapter.factors(adapter.modules(targets).stream()
                .filter(module -> layers.stream().anyMatch(layer -> module.contains("." + layer + ".")))
                .toList());
    }

    /** All fields that PEFT 0.20 writes. */
    private static Map<String, @Nullable Object> defaults() {
        Map<String, @Nullable Object> config = new LinkedHashMap<>();
        config.put("alora_invocation_tokens", null);
        config.put("alpha_pattern", Map.of());
        config.put("arrow_config", null);
        config.put("auto_mapping", null);
        config.put("base_model_name_or_path", "/home/somebody/models/tiny");
        config.put("bias", "none");
        config.put("corda_config", null);
        config.put("ensure_weight_tying", false);
        config.put("eva_config", null);
        config.put("exclude_modules", null);
        config.put("fan_in_fan_out", false);
        config.put("inference_mode", true);
        config.put("init_lora_weights", true);
        config.put("layer_replication", null);
        config.put("layers_pattern", null);
        config.put("layers_to_transform", null);
        config.put("loftq_config", Map.of());
        config.put("lora_alpha", 2 * RANK);
        config.put("lora_bias", false);
        config.put("lora_dropout", new Json.Literal("0.05"));
        config.put("megatron_config", null);
        config.put("megatron_core", "megatron.core");
        config.put("modules_to_save", null);
        config.put("peft_type", "LORA");
        config.put("peft_version", "0.20.0");
        config.put("qalora_group_size", 16);
        config.put("r", RANK);
        config.put("rank_pattern", Map.of());
        config.put("revision", null);
        config.put("target_modules", null);
        config.put("target_parameters", null);
        config.put("task_type", null);
        config.put("trainable_token_indices", null);
        config.put("use_bdlora", null);
        config.put("use_dora", false);
        config.put("use_qalora", false);
        config.put("use_rslora", false);
        return config;
    }
}
