/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.plan;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.privatefm.core.hash.MerkleTree;
import io.privatefm.core.json.CanonicalJson;
import io.privatefm.spi.CodePointOrder;
import io.privatefm.spi.Sha256;
import io.privatefm.spi.Subject;
import io.privatefm.spi.merge.CombinedVariant;
import io.privatefm.spi.merge.MergePlan;
import io.privatefm.spi.merge.MergePolicy;
import io.privatefm.spi.merge.PlanOutcome;
import io.privatefm.spi.merge.Rounding;
import io.privatefm.spi.merge.VariantPlan;
import io.privatefm.spi.store.AdapterRow;
import io.privatefm.spi.store.CheckpointRow;
import io.privatefm.spi.store.NamespaceRow;
import io.privatefm.spi.store.VariantRow;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.ToIntFunction;

/**
 * Decides what the next checkpoint of a namespace holds. Pure: rows and hashes in, a plan out; reads nothing, so that a
 * night can pass over a hundred thousand unchanged namespaces quickly.
 */
public final class MergePlanner {
    /** Identifies the arithmetic in plans and manifests. */
    public static final String ARITHMETIC = "pfm-merge-1";

    /** Id of the strategy of variants with one adapter, and the default for combined ones. */
    public static final String WEIGHTED_SUM = "weighted-sum";

    private final ToIntFunction<String> revisionOfStrategy;

    /**
     * A planner.
     *
     * @param revisionOfStrategy revision of a strategy by its id
     */
    public MergePlanner(ToIntFunction<String> revisionOfStrategy) {
        this.revisionOfStrategy = revisionOfStrategy;
    }

    /**
     * Plans the next checkpoint.
     *
     * @param release name of the release to merge on
     * @param foundationHash its content hash
     * @param inventory newest revision of each subject's adapter
     * @param head newest checkpoint
     */
    public PlanOutcome plan(
            NamespaceRow namespace,
            MergePolicy policy,
            String release,
            Sha256 foundationHash,
            List<AdapterRow> inventory,
            Optional<CheckpointRow> head) {
        Optional<String> misfit = inventory.stream()
                .filter(adapter -> adapter.trainedOn()
                        .map(hash -> !hash.equals(foundationHash))
                        .orElse(false))
                .map(adapter ->
                        "the adapter for " + adapter.subject() + " was trained on a foundation with content hash "
                                + adapter.trainedOn().orElseThrow() + ", release " + release + " has " + foundationHash)
                .findFirst();
        if (misfit.isPresent()) {
            return new PlanOutcome.Rejected(misfit.get());
        }
        Optional<Sha256> mergedOn = head.filter(row -> row.foundationRelease().equals(release))
                .map(CheckpointRow::foundationHash)
                .filter(hash -> !hash.equals(foundationHash));
        if (mergedOn.isPresent()) {
            return new PlanOutcome.Rejected("FOUNDATION_WRONG: foundation release " + release + " had content hash "
                    + mergedOn.get() + " at the last merge and now has " + foundationHash);
        }
        List<VariantRow> current = head.map(CheckpointRow::variants).orElse(List.of());
        MergePlan plan = plan(namespace, policy, release, foundationHash, inventory, current);
        boolean stays = release.equals(namespace.foundationRelease());
        return stays && plan.compute().isEmpty() && plan.takenOver().size() == current.size()
                ? new PlanOutcome.UpToDate()
                : new PlanOutcome.Due(plan);
    }

    /**
     * What a checkpoint of these adapters holds, whether or not there is need of one.
     *
     * @param stored variants that may be taken over, where they are what the plan asks for
     */
    public MergePlan plan(
            NamespaceRow namespace,
            MergePolicy policy,
            String release,
            Sha256 foundationHash,
            List<AdapterRow> inventory,
            Collection<VariantRow> stored) {
        Map<String, VariantRow> current = new TreeMap<>();
        stored.forEach(row -> current.put(row.name(), row));
        List<VariantPlan> compute = new ArrayList<>();
        List<VariantRow> takenOver = new ArrayList<>();
        long bytes = 0;
        for (VariantPlan variant : variants(policy, foundationHash, inventory)) {
            VariantRow row = current.get(variant.name());
            if (row != null && row.planHash().equals(variant.planHash()) && row.layout() == variant.layout()) {
                takenOver.add(row);
            } else {
                compute.add(variant);
                bytes += changedBytes(variant, inventory);
            }
        }
        return new MergePlan(
                namespace.nsUid(),
                namespace.checkpointVersion() + 1,
                release,
                foundationHash,
                compute,
                takenOver,
                bytes);
    }

    /**
     * What a plan rests on besides the events of a namespace: equal bases, and no new event, give an equal plan.
     *
     * @param release name of the release to merge on
     * @param foundationHash its content hash
     */
    public Sha256 basis(MergePolicy policy, String release, Sha256 foundationHash) {
        ObjectNode basis = JsonNodeFactory.instance.objectNode();
        basis.put("arithmetic", ARITHMETIC)
                .put("policy", PolicyJson.write(policy))
                .put("release", release)
                .put("foundation", foundationHash.hex());
        ObjectNode strategies = basis.putObject("strategies");
        strategies.put(WEIGHTED_SUM, revisionOfStrategy.applyAsInt(WEIGHTED_SUM));
        policy.combined()
                .forEach(variant ->
                        strategies.put(variant.strategy(), revisionOfStrategy.applyAsInt(variant.strategy())));
        return Sha256.of(MerkleTree.sha256().digest(CanonicalJson.bytes(basis)));
    }

    /** The variants that the policy asks for and the adapters allow, in ascending order of name. */
    private List<VariantPlan> variants(MergePolicy policy, Sha256 foundationHash, List<AdapterRow> inventory) {
        List<VariantPlan> variants = new ArrayList<>();
        if (policy.separate()) {
            for (AdapterRow adapter : inventory) {
                List<VariantPlan.Input> alone = List.of(input(adapter, 1f));
                variants.add(variant(adapter.subject().value(), alone, WEIGHTED_SUM, policy, foundationHash));
            }
        }
        for (CombinedVariant combined : policy.combined()) {
            List<VariantPlan.Input> inputs = inventory.stream()
                    .filter(adapter -> combined.weights().containsKey(adapter.subject()))
                    .sorted(Comparator.comparing(AdapterRow::subject))
                    .map(adapter -> input(adapter, combined.weights().getOrDefault(adapter.subject(), 0f)))
                    .toList();
            if (inputs.size() == combined.weights().size()) {
                variants.add(variant(combined.name(), inputs, combined.strategy(), policy, foundationHash));
            }
        }
        variants.sort(Comparator.comparing(VariantPlan::name, CodePointOrder.COMPARATOR));
        return variants;
    }

    private static VariantPlan.Input input(AdapterRow adapter, float weight) {
        return new VariantPlan.Input(adapter.subject(), adapter.revision(), adapter.digest(), weight);
    }

    private VariantPlan variant(
            String name, List<VariantPlan.Input> inputs, String strategy, MergePolicy policy, Sha256 foundationHash) {
        Sha256 planHash = planHash(inputs, strategy, policy.rounding(), foundationHash);
        return new VariantPlan(name, inputs, strategy, policy.rounding(), policy.layout(), planHash);
    }

    private Sha256 planHash(List<VariantPlan.Input> inputs, String strategy, Rounding rounding, Sha256 foundationHash) {
        ObjectNode plan = JsonNodeFactory.instance.objectNode();
        plan.put("arithmetic", ARITHMETIC)
                .put("foundation", foundationHash.hex())
                .put("rounding", rounding.name())
                .put("strategy", strategy)
                .put("strategy_revision", revisionOfStrategy.applyAsInt(strategy));
        ArrayNode adapters = plan.putArray("adapters");
        for (VariantPlan.Input input : inputs) {
            adapters.addObject()
                    .put("subject", input.subject().value())
                    .put("digest", input.digest().hex())
                    .put("weight", Float.toHexString(input.weight()));
        }
        return Sha256.of(MerkleTree.sha256().digest(CanonicalJson.bytes(plan)));
    }

    private static long changedBytes(VariantPlan variant, List<AdapterRow> inventory) {
        List<Subject> subjects =
                variant.inputs().stream().map(VariantPlan.Input::subject).toList();
        return inventory.stream()
                .filter(adapter -> subjects.contains(adapter.subject()))
                .mapToLong(AdapterRow::changedBytes)
                .sum();
    }
}
