/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.testkit;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Small seeded models in the layouts of files that people have: names, shapes, orientation and {@code config.json} as of the
 * published models, values drawn from the seed. Two layers each; nothing was trained.
 */
public final class TinyModels {
    private static final int HIDDEN = 24;
    private static final int INNER = 40;
    private static final int VOCABULARY = 48;
    private static final int POSITIONS = 16;
    private static final int LAYERS = 2;

    private TinyModels() {}

    /**
     * GPT-2 as {@code openai-community/gpt2} has it: {@code Conv1D} weights stored (in, out), names without
     * {@code transformer.}, no head, the causal mask saved along.
     */
    public static TinyModel gpt2(long seed, FloatType type) {
        Maker maker = new Maker("gpt2", "GPT2LMHeadModel", seed, type);
        maker.config("n_embd", HIDDEN).config("n_layer", LAYERS).config("vocab_size", VOCABULARY);
        maker.embedding("wte", VOCABULARY).embedding("wpe", POSITIONS);
        for (int i = 0; i < LAYERS; i++) {
            String layer = "h." + i + ".";
            maker.norm(layer + "ln_1").norm(layer + "ln_2");
            maker.tensor(layer + "attn.bias", FloatType.F32, 1, 0, 1, 1, POSITIONS, POSITIONS);
            maker.conv1d(layer + "attn.c_attn", HIDDEN, 3 * HIDDEN).conv1d(layer + "attn.c_proj", HIDDEN, HIDDEN);
            maker.conv1d(layer + "mlp.c_fc", HIDDEN, INNER).conv1d(layer + "mlp.c_proj", INNER, HIDDEN);
        }
        return maker.norm("ln_f").model();
    }

    /** BERT as {@code google-bert/bert-base-uncased} has it: with {@code bert.} and the heads of its pre-training. */
    public static TinyModel bert(long seed, FloatType type) {
        Maker maker = new Maker("bert", "BertForMaskedLM", seed, type);
        maker.config("hidden_size", HIDDEN).config("num_hidden_layers", LAYERS);
        maker.embedding("bert.embeddings.word_embeddings", VOCABULARY);
        maker.embedding("bert.embeddings.position_embeddings", POSITIONS);
        maker.embedding("bert.embeddings.token_type_embeddings", 2);
        maker.oldNorm("bert.embeddings.LayerNorm");
        for (int i = 0; i < LAYERS; i++) {
            String layer = "bert.encoder.layer." + i + ".";
            for (String part : List.of("self.query", "self.key", "self.value", "output.dense")) {
                maker.linear(layer + "attention." + part, HIDDEN, HIDDEN, true);
            }
            maker.oldNorm(layer + "attention.output.LayerNorm").oldNorm(layer + "output.LayerNorm");
            maker.linear(layer + "intermediate.dense", INNER, HIDDEN, true);
            maker.linear(layer + "output.dense", HIDDEN, INNER, true);
        }
        maker.linear("bert.pooler.dense", HIDDEN, HIDDEN, true);
        maker.linear("cls.predictions.transform.dense", HIDDEN, HIDDEN, true);
        maker.oldNorm("cls.predictions.transform.LayerNorm");
        maker.tensor("cls.predictions.bias", type, 0, 0.1, VOCABULARY);
        return maker.linear("cls.seq_relationship", 2, HIDDEN, true).model();
    }

    /** DistilBERT as {@code distilbert/distilbert-base-uncased} has it. */
    public static TinyModel distilBert(long seed, FloatType type) {
        Maker maker = new Maker("distilbert", "DistilBertForMaskedLM", seed, type);
        maker.config("dim", HIDDEN).config("n_layers", LAYERS).config("tie_weights_", true);
        maker.embedding("distilbert.embeddings.word_embeddings", VOCABULARY);
        maker.embedding("distilbert.embeddings.position_embeddings", POSITIONS);
        maker.norm("distilbert.embeddings.LayerNorm");
        for (int i = 0; i < LAYERS; i++) {
            String layer = "distilbert.transformer.layer." + i + ".";
            for (String part : List.of("q_lin", "k_lin", "v_lin", "out_lin")) {
                maker.linear(layer + "attention." + part, HIDDEN, HIDDEN, true);
            }
            maker.norm(layer + "sa_layer_norm").norm(layer + "output_layer_norm");
            maker.linear(layer + "ffn.lin1", INNER, HIDDEN, true);
            maker.linear(layer + "ffn.lin2", HIDDEN, INNER, true);
        }
        maker.linear("vocab_transform", HIDDEN, HIDDEN, true).norm("vocab_layer_norm");
        return maker.tensor("vocab_projector.bias", type, 0, 0.1, VOCABULARY).model();
    }

    /** OPT as {@code facebook/opt-125m} has it: names from {@code decoder.} on, no head. */
    public static TinyModel opt(long seed, FloatType type) {
        Maker maker = new Maker("opt", "OPTForCausalLM", seed, type);
        maker.config("hidden_size", HIDDEN).config("num_hidden_layers", LAYERS);
        maker.embedding("decoder.embed_tokens", VOCABULARY).embedding("decoder.embed_positions", POSITIONS);
        for (int i = 0; i < LAYERS; i++) {
            String layer = "decoder.layers." + i + ".";
            for (String part : List.of("q_proj", "k_proj", "v_proj", "out_proj")) {
                maker.linear(layer + "self_attn." + part, HIDDEN, HIDDEN, true);
            }
            maker.norm(layer + "self_attn_layer_norm").norm(layer + "final_layer_norm");
            maker.linear(layer + "fc1", INNER, HIDDEN, true).linear(layer + "fc2", HIDDEN, INNER, true);
        }
        return maker.norm("decoder.final_layer_norm").model();
    }

    /** T5 as {@code google-t5/t5-small} has it: one shared embedding, which is also the head; no bias anywhere. */
    public static TinyModel t5(long seed, FloatType type) {
        Maker maker = new Maker("t5", "T5ForConditionalGeneration", seed, type);
        maker.config("d_model", HIDDEN).config("num_layers", LAYERS).config("is_encoder_decoder", true);
        maker.embedding("shared", VOCABULARY);
        for (String stack : List.of("encoder", "decoder")) {
            for (int i = 0; i < LAYERS; i++) {
                String layer = stack + ".block." + i + ".layer.";
                maker.t5Attention(layer + "0.SelfAttention", HIDDEN, INNER).t5Norm(layer + "0.layer_norm");
                int last = 1;
                if (stack.equals("decoder")) {
                    maker.t5Attention(layer + "1.EncDecAttention", HIDDEN, INNER)
                            .t5Norm(layer + "1.layer_norm");
                    last = 2;
                }
                maker.linear(layer + last + ".DenseReluDense.wi", INNER, HIDDEN, false);
                maker.linear(layer + last + ".DenseReluDense.wo", HIDDEN, INNER, false);
                maker.t5Norm(layer + last + ".layer_norm");
            }
            maker.tensor(stack + ".block.0.layer.0.SelfAttention.relative_attention_bias.weight", type, 0, 0.1, 8, 4);
            maker.t5Norm(stack + ".final_layer_norm");
        }
        return maker.model();
    }

    /**
     * Llama: grouped key and value heads, biases on q, k and v (as Qwen2 has them).
     *
     * @param tied whether the head is the embedding ({@code tie_word_embeddings}, no {@code lm_head.weight})
     */
    public static TinyModel llama(long seed, FloatType type, boolean tied) {
        Maker maker = new Maker("llama", "LlamaForCausalLM", seed, type);
        maker.config("hidden_size", HIDDEN)
                .config("intermediate_size", INNER)
                .config("num_hidden_layers", LAYERS)
                .config("rms_norm_eps", new Json.Literal("1e-05"))
                .config("rope_theta", new Json.Literal("500000.0"))
                .config("tie_word_embeddings", tied)
                .config("torch_dtype", type == FloatType.F32 ? "float32" : "bfloat16");
        maker.embedding("model.embed_tokens", VOCABULARY);
        for (int i = 0; i < LAYERS; i++) {
            String layer = "model.layers." + i + ".";
            maker.linear(layer + "self_attn.q_proj", HIDDEN, HIDDEN, true);
            maker.linear(layer + "self_attn.k_proj", HIDDEN / 2, HIDDEN, true);
            maker.linear(layer + "self_attn.v_proj", HIDDEN / 2, HIDDEN, true);
            maker.linear(layer + "self_attn.o_proj", HIDDEN, HIDDEN, false);
            maker.linear(layer + "mlp.gate_proj", INNER, HIDDEN, false);
            maker.linear(layer + "mlp.up_proj", INNER, HIDDEN, false);
            maker.linear(layer + "mlp.down_proj", HIDDEN, INNER, false);
            maker.t5Norm(layer + "input_layernorm").t5Norm(layer + "post_attention_layernorm");
        }
        maker.t5Norm("model.norm");
        if (!tied) {
            maker.linear("lm_head", VOCABULARY, HIDDEN, false);
        }
        return maker.model();
    }

    /** Convolutions of one to three dimensions, with a bias, and a linear head {@code fc}. */
    public static TinyModel convNet(long seed, FloatType type) {
        return new Maker("toy_conv", "ToyConv", seed, type)
                .convolution("c1", 12, 8, 3)
                .convolution("c2", 10, 6, 3, 3)
                .convolution("c2p", 10, 6, 1, 1)
                .convolution("c3", 7, 5, 2, 3, 2)
                .linear("fc", 9, 10, true)
                .model();
    }

    /** Collects the tensors of a model. */
    private static final class Maker {
        private final String modelType;
        private final long seed;
        private final FloatType type;
        private final Map<String, @Nullable Object> config = new LinkedHashMap<>();
        private final Map<String, StoredTensor> tensors = new TreeMap<>();
        private final Map<String, LayerKind> layers = new TreeMap<>();

        Maker(String modelType, String architecture, long seed, FloatType type) {
            this.modelType = modelType;
            this.seed = seed;
            this.type = type;
            config("architectures", List.of(architecture)).config("model_type", modelType);
        }

        Maker config(String field, Object value) {
            config.put(field, value);
            return this;
        }

        Maker tensor(String name, FloatType dtype, double center, double spread, long... shape) {
            tensors.put(name, SeededValues.tensor(seed, name, dtype, center, spread, shape));
            return this;
        }

        Maker linear(String module, int out, int in, boolean bias) {
            layers.put(module, LayerKind.LINEAR);
            tensor(module + ".weight", type, 0, 0.2, out, in);
            return bias ? tensor(module + ".bias", type, 0, 0.1, out) : this;
        }

        Maker conv1d(String module, int in, int out) {
            layers.put(module, LayerKind.TRANSPOSED);
            return tensor(module + ".weight", type, 0, 0.2, in, out).tensor(module + ".bias", type, 0, 0.1, out);
        }

        Maker embedding(String module, int rows) {
            layers.put(module, LayerKind.EMBEDDING);
            return tensor(module + ".weight", type, 0, 0.5, rows, HIDDEN);
        }

        Maker convolution(String module, long... shape) {
            layers.put(module, LayerKind.CONVOLUTION);
            return tensor(module + ".weight", type, 0, 0.3, shape).tensor(module + ".bias", type, 0, 0.1, shape[0]);
        }

        Maker norm(String module) {
            return tensor(module + ".weight", type, 1, 0.1, HIDDEN).tensor(module + ".bias", type, 0, 0.1, HIDDEN);
        }

        Maker oldNorm(String module) {
            return tensor(module + ".gamma", type, 1, 0.1, HIDDEN).tensor(module + ".beta", type, 0, 0.1, HIDDEN);
        }

        Maker t5Norm(String module) {
            return tensor(module + ".weight", type, 1, 0.1, HIDDEN);
        }

        Maker t5Attention(String module, int hidden, int inner) {
            for (String part : List.of("q", "k", "v")) {
                linear(module + "." + part, inner, hidden, false);
            }
            return linear(module + ".o", hidden, inner, false);
        }

        TinyModel model() {
            return new TinyModel("tiny " + modelType, config, tensors, layers, 1);
        }
    }
}
