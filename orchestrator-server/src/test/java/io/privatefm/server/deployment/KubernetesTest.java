/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.batch.v1.CronJob;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPeer;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPort;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.privatefm.server.PfmServer;
import io.privatefm.server.config.ServerSettings;
import io.privatefm.server.config.Setting;
import io.privatefm.spi.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("The Kubernetes manifests")
class KubernetesTest {
    private static final String NAMESPACE = "private-fm";
    private static final Set<String> SETTINGS =
            Stream.of(Setting.values()).map(Setting::name).collect(Collectors.toSet());

    private final Deployment deployment = only(Deployment.class);
    private final CronJob night = only(CronJob.class);
    private final PodTemplateSpec service = deployment.getSpec().getTemplate();
    private final Container container = service.getSpec().getContainers().get(0);

    private static <T extends io.fabric8.kubernetes.api.model.HasMetadata> T only(Class<T> type) {
        List<T> all = Manifests.of(type);
        assertThat(all).as(type.getSimpleName()).hasSize(1);
        return all.get(0);
    }

    private static PodTemplateSpec nightPod() {
        return only(CronJob.class).getSpec().getJobTemplate().getSpec().getTemplate();
    }

    static List<PodTemplateSpec> pods() {
        return List.of(only(Deployment.class).getSpec().getTemplate(), nightPod());
    }

    @Test
    @DisplayName("have no field that the API does not have, all in one namespace, all with a label")
    void strict() {
        Set<String> kinds = new HashSet<>();
        for (JsonNode document : Manifests.all()) {
            String kind = document.path("kind").textValue();
            kinds.add(kind);
            if (!kind.equals("ServiceMonitor")) { // not of the API; see below
                Manifests.typed(document);
            }
            if (!kind.equals("Namespace")) {
                assertThat(document.at("/metadata/namespace").textValue())
                        .as(kind)
                        .isEqualTo(NAMESPACE);
            }
            assertThat(document.at("/metadata/labels")
                            .path("app.kubernetes.io/name")
                            .textValue())
                    .as(kind)
                    .isEqualTo(NAMESPACE);
        }
        assertThat(kinds)
                .containsExactlyInAnyOrder(
                        "Namespace",
                        "ServiceAccount",
                        "ConfigMap",
                        "Secret",
                        "PersistentVolumeClaim",
                        "Deployment",
                        "Service",
                        "NetworkPolicy",
                        "PodDisruptionBudget",
                        "ServiceMonitor",
                        "CronJob");
    }

    @Test
    @DisplayName("are looked at strictly: a field in the wrong place is found, however deep")
    void strictIsStrict() {
        JsonNode sound = Manifests.all().stream()
                .filter(document -> document.path("kind").textValue().equals("Deployment"))
                .findFirst()
                .orElseThrow();
        ObjectNode wrong = sound.deepCopy();
        ((ObjectNode) wrong.at("/spec/template/spec/containers/0/readinessProbe/httpGet")).put("ports", "http");

        assertThatThrownBy(() -> Manifests.typed(wrong)).hasMessageContaining("ports");
    }

    @Test
    @DisplayName("are those of kustomization.yaml, but for the secrets and the variant with a CronJob")
    void kustomization() throws IOException {
        JsonNode kustomization = Manifests.documents(Manifests.KUBERNETES.resolve("kustomization.yaml"))
                .get(0);
        List<String> resources = new ArrayList<>();
        kustomization.path("resources").forEach(file -> resources.add(file.textValue()));
        Set<String> files;
        try (Stream<Path> all = Files.list(Manifests.KUBERNETES)) {
            files = all.map(file -> file.getFileName().toString()).collect(Collectors.toSet());
        }

        assertThat(resources).doesNotHaveDuplicates();
        files.removeAll(resources);
        assertThat(files).containsExactlyInAnyOrder("kustomization.yaml", "secret.example.yaml", "night-cronjob.yaml");
        assertThat(kustomization.at("/images/0/name").textValue() + ":"
                        + kustomization.at("/images/0/newTag").asText())
                .isEqualTo(container.getImage());
        assertThat(kustomization.path("namespace").textValue()).isEqualTo(NAMESPACE);
    }

    @ParameterizedTest(name = "{index}")
    @MethodSource("pods")
    @DisplayName("give their pods no right that they do not need")
    void security(PodTemplateSpec pod) {
        PodSpec spec = pod.getSpec();
        assertThat(spec.getSecurityContext().getRunAsNonRoot()).isTrue();
        assertThat(spec.getSecurityContext().getRunAsUser()).isEqualTo(10001);
        assertThat(spec.getSecurityContext().getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
        assertThat(spec.getAutomountServiceAccountToken()).isFalse();
        assertThat(spec.getEnableServiceLinks()).isFalse();
        assertThat(spec.getHostNetwork()).isNull();
        assertThat(spec.getHostPID()).isNull();
        assertThat(spec.getHostIPC()).isNull();
        assertThat(spec.getServiceAccountName())
                .isEqualTo(only(ServiceAccount.class).getMetadata().getName());
        assertThat(only(ServiceAccount.class).getAutomountServiceAccountToken()).isFalse();
        for (Container each : spec.getContainers()) {
            assertThat(each.getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
            assertThat(each.getSecurityContext().getAllowPrivilegeEscalation()).isFalse();
            assertThat(each.getSecurityContext().getPrivileged()).isFalse();
            assertThat(each.getSecurityContext().getCapabilities().getDrop()).containsExactly("ALL");
            assertThat(each.getImage()).matches("private-fm:\\d+\\.\\d+\\.\\d+");
            assertThat(each.getResources().getLimits()).containsKey("memory");
            assertThat(each.getResources().getRequests()).containsKeys("memory", "cpu");
            each.getResources().getLimits().values().forEach(Quantity::getNumericalAmount);
            assertThat(each.getVolumeMounts())
                    .extracting(VolumeMount::getMountPath)
                    .contains("/tmp");
        }
    }

    @Test
    @DisplayName("select the service's pods and no others, and meet at its port")
    void selectors() {
        Map<String, String> labels = service.getMetadata().getLabels();
        Map<String, String> nightLabels = nightPod().getMetadata().getLabels();
        Service front = only(Service.class);
        ServicePort port = front.getSpec().getPorts().get(0);

        for (Map<String, String> selector : List.of(
                deployment.getSpec().getSelector().getMatchLabels(),
                front.getSpec().getSelector(),
                only(PodDisruptionBudget.class).getSpec().getSelector().getMatchLabels())) {
            assertThat(labels).containsAllEntriesOf(selector);
            assertThat(nightLabels.entrySet())
                    .doesNotContainAnyElementsOf(Set.of(
                            Map.entry("app.kubernetes.io/component", selector.get("app.kubernetes.io/component"))));
        }
        assertThat(container.getPorts()).singleElement().satisfies(open -> {
            assertThat(open.getName()).isEqualTo(port.getTargetPort().getStrVal());
            assertThat(open.getContainerPort()).isEqualTo(port.getPort());
        });
        assertThat(settings()).containsEntry("PORT", String.valueOf(port.getPort()));
        assertThat(night.getSpec()
                        .getJobTemplate()
                        .getSpec()
                        .getTemplate()
                        .getSpec()
                        .getContainers()
                        .get(0)
                        .getArgs())
                .containsExactly(
                        "night", "--server", "http://" + front.getMetadata().getName() + ":" + port.getPort());
    }

    @Test
    @DisplayName("let nothing in or out but what is named")
    void network() {
        List<NetworkPolicy> policies = Manifests.of(NetworkPolicy.class);
        assertThat(policies)
                .allSatisfy(policy ->
                        assertThat(policy.getSpec().getPolicyTypes()).containsExactlyInAnyOrder("Ingress", "Egress"));
        NetworkPolicy deny = policies.stream()
                .filter(policy -> isEmpty(policy.getSpec().getPodSelector()))
                .findFirst()
                .orElseThrow();
        assertThat(deny.getSpec().getIngress()).isEmpty();
        assertThat(deny.getSpec().getEgress()).isEmpty();

        NetworkPolicy own = policyOf(policies, service.getMetadata().getLabels());
        assertThat(own.getSpec().getIngress()).singleElement().satisfies(in -> {
            assertThat(in.getFrom()).noneMatch(KubernetesTest::isAnybody);
            assertThat(in.getFrom())
                    .filteredOn(peer -> peer.getPodSelector() != null && peer.getNamespaceSelector() == null)
                    .singleElement()
                    .satisfies(peer -> assertThat(nightPod().getMetadata().getLabels())
                            .containsAllEntriesOf(peer.getPodSelector().getMatchLabels()));
            assertThat(ports(in.getPorts())).containsExactly(8000);
        });
        assertThat(own.getSpec().getEgress()).allSatisfy(out -> {
            assertThat(out.getTo()).isNotEmpty().noneMatch(KubernetesTest::isAnybody);
            assertThat(out.getPorts()).isNotEmpty();
        });
        assertThat(own.getSpec().getEgress().stream().flatMap(out -> ports(out.getPorts()).stream()))
                .containsExactlyInAnyOrder(53, 53, 5432, 6379);

        NetworkPolicy caller = policyOf(policies, nightPod().getMetadata().getLabels());
        assertThat(caller.getSpec().getIngress()).isEmpty();
        assertThat(caller.getSpec().getEgress().stream().flatMap(out -> ports(out.getPorts()).stream()))
                .containsExactlyInAnyOrder(53, 53, 8000);
    }

    private static NetworkPolicy policyOf(List<NetworkPolicy> policies, Map<String, String> labels) {
        return policies.stream()
                .filter(policy ->
                        labels.equals(policy.getSpec().getPodSelector().getMatchLabels()))
                .findFirst()
                .orElseThrow();
    }

    private static boolean isEmpty(LabelSelector selector) {
        return selector.getMatchLabels().isEmpty()
                && selector.getMatchExpressions().isEmpty();
    }

    private static boolean isAnybody(NetworkPolicyPeer peer) {
        return peer.getIpBlock() == null
                && (peer.getPodSelector() == null || isEmpty(peer.getPodSelector()))
                && (peer.getNamespaceSelector() == null || isEmpty(peer.getNamespaceSelector()));
    }

    private static List<Integer> ports(List<NetworkPolicyPort> ports) {
        return ports.stream().map(port -> port.getPort().getIntVal()).toList();
    }

    @Test
    @DisplayName("ask for paths that the service has, with more patience than it needs")
    void probes() throws IOException {
        String contract = Files.readString(Path.of("..", "docs", "api", "rest", "private-fm.yaml"));
        Map<String, Probe> probes = Map.of(
                "/api/v1/health/ready",
                container.getReadinessProbe(),
                "/api/v1/health/live",
                container.getLivenessProbe());
        probes.forEach((path, probe) -> {
            assertThat(probe.getHttpGet().getPath()).isEqualTo(path);
            assertThat(probe.getHttpGet().getPort().getStrVal()).isEqualTo("http");
            assertThat(probe.getTimeoutSeconds()).isGreaterThan(2);
            assertThat(contract).contains("\n  " + path + ":\n");
        });
        assertThat(container.getStartupProbe().getHttpGet().getPath()).isEqualTo("/api/v1/health/live");
        assertThat(service.getSpec().getTerminationGracePeriodSeconds())
                .isGreaterThan(PfmServer.LONGEST_END.toSeconds())
                .isGreaterThan(30);
        assertThat(container.getLifecycle()).isNull();
    }

    @Test
    @DisplayName("set variables that the service knows, from a ConfigMap and secrets that there are")
    void environment() {
        Map<String, Set<String>> secrets = Manifests.of(Secret.class).stream()
                .collect(Collectors.toMap(
                        secret -> secret.getMetadata().getName(),
                        secret -> secret.getStringData().keySet()));
        assertThat(SETTINGS).containsAll(settings().keySet());
        assertThat(container.getEnvFrom())
                .singleElement()
                .satisfies(from -> assertThat(from.getConfigMapRef().getName())
                        .isEqualTo(only(ConfigMap.class).getMetadata().getName()));
        Set<String> asked = new TreeSet<>();
        for (PodTemplateSpec pod : pods()) {
            for (EnvVar variable : pod.getSpec().getContainers().get(0).getEnv()) {
                var from = variable.getValueFrom().getSecretKeyRef();
                assertThat(SETTINGS).contains(variable.getName());
                assertThat(secrets.get(from.getName())).as(from.getName()).contains(from.getKey());
                assertThat(settings()).doesNotContainKey(variable.getName());
                asked.add(from.getName() + "/" + from.getKey());
            }
        }
        JsonNode credentials = monitor().at("/spec/endpoints/0/authorization/credentials");
        asked.add(credentials.path("name").textValue() + "/"
                + credentials.path("key").textValue());
        assertThat(asked)
                .as("every secret is asked for, and there")
                .isEqualTo(secrets.entrySet().stream()
                        .flatMap(secret -> secret.getValue().stream().map(key -> secret.getKey() + "/" + key))
                        .collect(Collectors.toCollection(TreeSet::new)));
    }

    @Test
    @DisplayName("configure a service that starts with real secrets, and one that refuses to with those of the example")
    void settingsAreAccepted(@TempDir Path folder) throws IOException {
        Map<String, String> environment = new HashMap<>(settings());
        for (String directory : List.of("PFM_HOME", "FM_STORE_URL")) {
            Path there = folder.resolve(environment.get(directory).substring(1));
            Files.createDirectories(there.resolve("release-1"));
            environment.put(directory, there.toString());
        }
        environment.put("PFM_KEYS", folder.resolve("keys").toString());
        only(Secret.class, "private-fm").getStringData().forEach(environment::put);

        assertThatThrownBy(() -> ServerSettings.of(environment))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("SERVICE_API_KEY")
                .hasMessageContaining("GUARDIAN_API_KEY")
                .hasMessageContaining("ENCRYPTION_KEY")
                .hasMessageContaining("DATABASE_URL")
                .hasMessageContaining("REDIS_URL");

        environment.put("DATABASE_URL", "postgresql://user:password@postgresql.data:5432/pfm");
        environment.put("REDIS_URL", "redis://:password@redis.data:6379/0");
        environment.put("ENCRYPTION_KEY", "0123456789abcdef".repeat(4));
        environment.put("SERVICE_API_KEY", "s".repeat(ServerSettings.SHORTEST_KEY));
        environment.put("GUARDIAN_API_KEY", "g".repeat(ServerSettings.SHORTEST_KEY));
        ServerSettings settings = ServerSettings.of(environment);
        assertThat(settings.http().port()).isEqualTo(8000);
    }

    private static Secret only(Class<Secret> type, String name) {
        return Manifests.of(type).stream()
                .filter(secret -> secret.getMetadata().getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    @DisplayName("keep data and keys on volumes of their own, and give back a volume before it is taken again")
    void volumes() {
        Set<String> claims = Manifests.of(PersistentVolumeClaim.class).stream()
                .map(claim -> claim.getMetadata().getName())
                .collect(Collectors.toSet());
        Map<String, String> mounted = container.getVolumeMounts().stream()
                .collect(Collectors.toMap(VolumeMount::getMountPath, VolumeMount::getName));
        Map<String, Volume> volumes =
                service.getSpec().getVolumes().stream().collect(Collectors.toMap(Volume::getName, volume -> volume));

        assertThat(volumes.keySet()).containsExactlyInAnyOrderElementsOf(mounted.values());
        assertThat(volumes.values().stream()
                        .filter(volume -> volume.getPersistentVolumeClaim() != null)
                        .map(volume -> volume.getPersistentVolumeClaim().getClaimName()))
                .containsExactlyInAnyOrderElementsOf(claims);
        assertThat(mounted).containsEntry(settings().get("PFM_HOME"), "home");
        assertThat(mounted).containsEntry(settings().get("PFM_KEYS"), "keys");
        assertThat(settings().get("FM_STORE_URL")).startsWith("/var/lib/pfm/foundation/");
        assertThat(container.getVolumeMounts())
                .filteredOn(mount -> mount.getMountPath().equals("/var/lib/pfm/foundation"))
                .singleElement()
                .satisfies(mount -> assertThat(mount.getReadOnly()).isTrue());
        assertThat(service.getSpec().getSecurityContext().getFsGroup()).isEqualTo(10001);
        assertThat(deployment.getSpec().getReplicas()).isEqualTo(1);
        assertThat(deployment.getSpec().getStrategy().getType()).isEqualTo("Recreate");
    }

    @Test
    @DisplayName("have Prometheus scrape the service's metrics with a key of their own")
    void monitored() {
        JsonNode monitor = monitor();
        JsonNode endpoint = monitor.at("/spec/endpoints/0");
        Map<String, String> labels = only(Service.class).getMetadata().getLabels();

        assertThat(names(monitor)).containsExactlyInAnyOrder("apiVersion", "kind", "metadata", "spec");
        assertThat(names(monitor.path("spec"))).containsExactlyInAnyOrder("selector", "endpoints");
        monitor.at("/spec/selector/matchLabels")
                .properties()
                .forEach(label -> assertThat(labels)
                        .containsEntry(label.getKey(), label.getValue().textValue()));
        assertThat(names(endpoint))
                .containsExactlyInAnyOrder("port", "path", "interval", "scrapeTimeout", "authorization");
        assertThat(endpoint.path("port").textValue())
                .isEqualTo(only(Service.class).getSpec().getPorts().get(0).getName());
        assertThat(endpoint.path("path").textValue()).isEqualTo("/api/v1/metrics");
        assertThat(endpoint.at("/authorization/type").textValue()).isEqualTo("Bearer");
    }

    private static JsonNode monitor() {
        return Manifests.all().stream()
                .filter(document -> document.path("kind").textValue().equals("ServiceMonitor"))
                .findFirst()
                .orElseThrow();
    }

    private static List<String> names(JsonNode object) {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }

    private static Map<String, String> settings() {
        return only(ConfigMap.class).getData();
    }
}
