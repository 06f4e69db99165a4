/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.deployment;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResource;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The documents of deploy/, as trees, and as the typed objects of the Kubernetes API where a field that this does not have is an error. */
final class Manifests {
    static final Path DEPLOY = Path.of("..", "deploy");
    static final Path KUBERNETES = DEPLOY.resolve("k8s");

    private static final ObjectMapper YAML = new ObjectMapper(YAMLFactory.builder()
            .enable(com.fasterxml.jackson.core.StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build());
    private static final KubernetesSerialization KINDS = new KubernetesSerialization();
    private static final JsonMapper STRICT = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .annotationIntrospector(new NothingElse())
            .build();

    private Manifests() {}

    /** The API's classes take what they do not know, to keep it for others; not here. */
    private static final class NothingElse extends JacksonAnnotationIntrospector {
        private static final long serialVersionUID = 1L;

        @Override
        public Boolean hasAnySetter(Annotated member) {
            return false;
        }
    }

    /** All documents of a file. */
    static List<JsonNode> documents(Path file) {
        List<JsonNode> documents = new ArrayList<>();
        try (YAMLParser parser = ((YAMLFactory) YAML.getFactory()).createParser(Files.readString(file));
                MappingIterator<JsonNode> read = YAML.readerFor(JsonNode.class).readValues(parser)) {
            read.forEachRemaining(documents::add);
        } catch (IOException e) {
            throw new UncheckedIOException(file.toString(), e);
        }
        return documents;
    }

    /** Every document of deploy/k8s but the kustomization. */
    static List<JsonNode> all() {
        try (Stream<Path> files = Files.list(KUBERNETES)) {
            return files.filter(file -> !file.endsWith("kustomization.yaml"))
                    .sorted()
                    .flatMap(file -> documents(file).stream())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The class of a document's kind; null if the API has none. */
    static @Nullable Class<? extends KubernetesResource> kind(JsonNode document) {
        return KINDS.getRegisteredKubernetesResource(
                document.path("apiVersion").textValue(), document.path("kind").textValue());
    }

    /** A document as an object of its kind. */
    static HasMetadata typed(JsonNode document) {
        Class<? extends KubernetesResource> kind = Objects.requireNonNull(kind(document), document::toString);
        try {
            return (HasMetadata) STRICT.treeToValue(document, kind);
        } catch (IOException e) {
            throw new UncheckedIOException(document.path("kind") + ": " + e.getMessage(), e);
        }
    }

    /** All documents of a kind, in its type. */
    static <T extends HasMetadata> List<T> of(Class<T> type) {
        return all().stream()
                .filter(document -> type.equals(kind(document)))
                .map(document -> type.cast(typed(document)))
                .toList();
    }
}
