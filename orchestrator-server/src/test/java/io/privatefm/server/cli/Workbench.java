/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.privatefm.testkit.SafetensorsContent;
import io.privatefm.testkit.StoredTensor;
import io.privatefm.testkit.TinyAdapter;
import io.privatefm.testkit.TinyModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** A directory in which models and adapters are written and merged through the command. */
final class Workbench {
    private final Path home;
    private int used;

    Workbench(Path home) {
        this.home = home;
    }

    /** A name in it that nothing has yet. */
    Path fresh(String name) {
        return home.resolve(++used + "-" + name);
    }

    Path write(TinyModel model) {
        return model.writeTo(fresh("foundation"));
    }

    Path write(TinyAdapter adapter) {
        return adapter.writeTo(fresh("adapter"));
    }

    /** Merges one adapter. */
    Merged merge(TinyModel model, TinyAdapter adapter, Object... options) {
        return merge(model, List.of(adapter), options);
    }

    /** Merges adapters in this order. */
    Merged merge(TinyModel model, List<TinyAdapter> adapters, Object... options) {
        List<Path> paths = adapters.stream().map(this::write).toList();
        return merge(write(model), paths, options);
    }

    /** Merges what is written already. */
    Merged merge(Path model, List<Path> adapters, Object... options) {
        Path out = fresh("out");
        PfmRun run = run(model, adapters, out, options).assertDone();
        assertThat(run.err()).isEmpty();
        return new Merged(out, run);
    }

    /** Merges an adapter that must be refused, naming all of {@code fragments}, without a trace. */
    PfmRun refuse(TinyModel model, TinyAdapter adapter, String... fragments) {
        return refuse(write(model), List.of(write(adapter)), List.of(), fragments);
    }

    /** Merges what must be refused. */
    PfmRun refuse(Path model, List<Path> adapters, List<?> options, String... fragments) {
        Path out = fresh("out");
        Set<String> before = names();
        PfmRun run = run(model, adapters, out, options.toArray());
        run.assertRefused(fragments);
        assertThat(out).doesNotExist();
        assertThat(names()).as("what lies beside the output").isEqualTo(before);
        return run;
    }

    private static PfmRun run(Path model, List<Path> adapters, Path out, Object... options) {
        List<Object> args = new ArrayList<>(List.of("merge", "--json", "--foundation", model, "--out", out));
        adapters.forEach(adapter -> args.addAll(List.of("--adapter", adapter)));
        args.addAll(List.of(options));
        return PfmRun.of(args.toArray());
    }

    private Set<String> names() {
        try (Stream<Path> files = Files.list(home)) {
            return new TreeSet<>(
                    files.map(file -> file.getFileName().toString()).toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A model that was written. */
    record Merged(Path directory, PfmRun run) {
        Map<String, StoredTensor> tensors() {
            return SafetensorsContent.ofDirectory(directory);
        }

        StoredTensor tensor(String name) {
            return tensors().get(name);
        }

        String hash() {
            return run.json().path("content_hash").asText();
        }

        String text(String file) {
            try {
                return Files.readString(directory.resolve(file));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** Names of the tensors that the foundation lacks, as the command reports them. */
        List<String> added() {
            List<String> names = new ArrayList<>();
            run.json().path("tensors_added").forEach(name -> names.add(name.textValue()));
            return names;
        }

        /** Exactly these tensors differ from the foundation's or are new, and the command counts them. */
        Merged assertChanged(TinyModel model, String... names) {
            Map<String, StoredTensor> tensors = tensors();
            assertThat(tensors.keySet()).containsAll(model.tensors().keySet());
            Set<String> changed = new TreeSet<>(tensors.keySet());
            changed.removeIf(name -> tensors.get(name).equals(model.tensors().get(name)));
            assertThat(changed).containsExactlyInAnyOrder(names);
            assertThat(run.json().path("tensors_changed").intValue()).isEqualTo(names.length);
            return this;
        }
    }
}
