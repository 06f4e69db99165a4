/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore;

import com.fasterxml.jackson.databind.JsonNode;
import io.privatefm.modelstore.http.HttpSource;
import io.privatefm.modelstore.http.Origin;
import io.privatefm.spi.ErrorCode;
import io.privatefm.spi.FoundationWrongException;
import io.privatefm.spi.InvalidInputException;
import io.privatefm.spi.foundation.FoundationRelease;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A model hub that has the file routes of the Hugging Face Hub: {@code /api/models/<repository>/revision/<revision>}
 * names the commit and its files, {@code /<repository>/resolve/<commit>/<file>} has them, often by a redirect to another
 * server. What is a release, the host says. Files in folders, hidden files and weights in other formats than safetensors
 * are left out.
 */
final class HubDialect implements Dialect {
    private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}|[0-9a-f]{64}");
    private static final Pattern GIT_BLOB = Pattern.compile("[0-9a-f]{40}");
    private static final Set<String> OTHER_WEIGHTS = Set.of(
            "bin",
            "pt",
            "pth",
            "ckpt",
            "h5",
            "msgpack",
            "onnx",
            "onnx_data",
            "ot",
            "gguf",
            "ggml",
            "tflite",
            "pkl",
            "pickle",
            "zip",
            "tar",
            "gz",
            "mlmodel",
            "nemo");
    private static final int MAX_DEPTH = 64;

    private final HttpSource source;
    private final Path root;
    private final Map<String, HubRelease> known = new LinkedHashMap<>();
    private final List<ListedRelease> listed = new ArrayList<>();

    /**
     * A hub.
     *
     * @param releases oldest first
     * @param root tells what a file name looks like on its file system
     * @throws InvalidInputException ({@link ErrorCode#CONFIGURATION}) if two have the same name
     */
    HubDialect(HttpSource source, List<HubRelease> releases, Path root) {
        this.source = source;
        this.root = root;
        for (HubRelease release : releases) {
            if (known.put(release.name(), release) != null) {
                throw new InvalidInputException(
                        ErrorCode.CONFIGURATION, "two releases are called '" + Failures.shown(release.name()) + "'");
            }
            listed.add(new ListedRelease(
                    new FoundationRelease(listed.size() + 1, release.name(), release.contentHash()),
                    release.repository()));
        }
    }

    @Override
    public List<ListedRelease> releases() {
        return List.copyOf(listed);
    }

    @Override
    public String identity(ListedRelease release) {
        HubRelease hub = hub(release);
        String promise = hub.contentHash().map(hash -> " " + hash).orElse("");
        return source.origin().resolve(route(hub, "resolve", hub.revision())) + promise;
    }

    @Override
    public List<RemoteFile> files(ListedRelease release, Path copies) {
        HubRelease hub = hub(release);
        List<String> names = new ArrayList<>(List.of("api", "models"));
        names.addAll(route(hub, "revision", hub.revision()));
        URI uri = source.origin().resolve(names, "blobs=true");
        return new RemoteText(
                        source,
                        uri,
                        new KeptText(copies.resolve("revision.json"), uri),
                        reason -> new InvalidInputException(
                                ErrorCode.INVALID_ARGUMENT,
                                "foundation release '" + Failures.shown(hub.name()) + "': " + reason))
                .fetch(text -> parse(text, hub, uri));
    }

    private HubRelease hub(ListedRelease release) {
        HubRelease hub = known.get(release.release().name());
        if (hub == null) {
            throw new IllegalArgumentException("no release of this hub");
        }
        return hub;
    }

    private List<RemoteFile> parse(ByteBuffer text, HubRelease hub, URI uri) {
        StrictJson json = new StrictJson(Origin.shown(uri), MAX_DEPTH);
        JsonNode document = json.object(json.parse(text), null);
        String commit = json.text(document, "the model", "sha");
        if (!COMMIT.matcher(commit).matches()) {
            throw json.refused("sha", "must be a commit");
        }
        if (COMMIT.matcher(hub.revision()).matches() && !commit.equals(hub.revision())) {
            throw new FoundationWrongException(Origin.shown(uri) + ": is commit " + commit);
        }
        RemoteFiles files = new RemoteFiles(json, root);
        int index = 0;
        for (JsonNode entry : json.array(document, "siblings")) {
            String at = "siblings[" + index++ + "]";
            String name = json.text(json.object(entry, at), at, "rfilename");
            if (isWanted(name)) {
                files.claim(name, at + ".rfilename");
                files.add(file(json, entry, at, source.origin().resolve(file(hub, commit, name)), commit));
            }
        }
        return files.all();
    }

    private static RemoteFile file(StrictJson json, JsonNode entry, String at, URI uri, String commit) {
        String name = json.text(entry, at, "rfilename");
        long bytes = json.count(entry, at, "size");
        JsonNode lfs = entry.path("lfs");
        if (lfs.isObject()) {
            if (json.count(lfs, at + ".lfs", "size") != bytes) {
                throw json.refused(at + ".lfs.size", "must be the file's");
            }
            Checksum checksum = Checksum.of(json.hash(lfs, at + ".lfs", "sha256"));
            return new RemoteFile(
                    name,
                    bytes,
                    checksum,
                    uri,
                    Map.of(
                            "X-Repo-Commit", commit,
                            "X-Linked-Size", Long.toString(bytes),
                            "X-Linked-Etag", checksum.hex()));
        }
        String blob = json.text(entry, at, "blobId");
        if (!GIT_BLOB.matcher(blob).matches()) {
            throw json.refused(at + ".blobId", "must be 40 lower-case hex digits");
        }
        return new RemoteFile(
                name, bytes, new Checksum(Checksum.Kind.GIT_BLOB, blob), uri, Map.of("X-Repo-Commit", commit));
    }

    /** Names with folders are no error here: hubs have them beside the model. */
    private static boolean isWanted(String name) {
        String suffix = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        return !name.contains("/") && !name.startsWith(".") && !OTHER_WEIGHTS.contains(suffix);
    }

    private static List<String> route(HubRelease hub, String... more) {
        List<String> names = new ArrayList<>(List.of(hub.repository().split("/", -1)));
        names.addAll(List.of(more));
        return names;
    }

    private static List<String> file(HubRelease hub, String commit, String name) {
        return route(hub, "resolve", commit, name);
    }
}
