/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.foundation;

import static org.assertj.core.api.Assertions.assertThat;

import io.privatefm.spi.blob.BlobStore;
import io.privatefm.spi.blob.BlobWriter;
import io.privatefm.spi.files.ModelFiles;
import io.privatefm.spi.files.RangedFile;
import io.privatefm.spi.foundation.FoundationManifest;
import io.privatefm.spi.foundation.FoundationRelease;
import io.privatefm.spi.foundation.FoundationStore;
import io.privatefm.spi.merge.DeltaTile;
import io.privatefm.spi.merge.MergeStrategy;
import io.privatefm.spi.merge.TensorKernels;
import io.privatefm.spi.store.OrchestratorStore;
import java.io.File;
import java.io.OutputStream;
import java.io.Writer;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.nio.channels.WritableByteChannel;
import java.nio.file.FileSystem;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("By type, nothing is written through")
class FoundationTypesTest {
    private static final List<Class<?>> WRITES = List.of(
            BlobWriter.class,
            BlobStore.class,
            OrchestratorStore.class,
            OutputStream.class,
            Writer.class,
            WritableByteChannel.class, // a FileChannel is one
            FileSystem.class,
            Path.class,
            File.class,
            Consumer.class);

    @ParameterizedTest
    @ValueSource(
            classes = {
                FoundationStore.class,
                ModelFiles.class,
                RangedFile.class,
                FoundationRelease.class,
                FoundationManifest.class
            })
    @DisplayName("what a foundation is read with:")
    void foundation(Class<?> type) {
        assertThat(reachable(type).stream().filter(FoundationTypesTest::writes)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(classes = {MergeStrategy.class, DeltaTile.class, TensorKernels.class})
    @DisplayName("what a plug-in gets, which is numbers, their arrays and a name:")
    void plugins(Class<?> type) {
        Set<Class<?>> own = new LinkedHashSet<>(reachable(type));
        own.removeIf(reached -> reached.isPrimitive() || reached == String.class);

        assertThat(own).isSubsetOf(MergeStrategy.class, DeltaTile.class, TensorKernels.class);
    }

    @Test
    @DisplayName("the methods of a foundation store, which are these two")
    void methods() {
        assertThat(Stream.of(FoundationStore.class.getMethods()).map(Method::getName))
                .containsExactlyInAnyOrder("releases", "open");
    }

    @Test
    @DisplayName("but this would be found: the test sees writers where there are any")
    void sees() {
        assertThat(reachable(BlobStore.class)).contains(BlobWriter.class);
        assertThat(reachable(FoundationFolder.class).stream().filter(FoundationTypesTest::writes))
                .contains(Path.class);
    }

    private static boolean writes(Class<?> type) {
        return WRITES.stream().anyMatch(writer -> writer.isAssignableFrom(type) || type == writer);
    }

    /** All types in the signatures of public methods and constructors, from a type of this project on to the next. */
    private static Set<Class<?>> reachable(Class<?> start) {
        Set<Class<?>> found = new LinkedHashSet<>(List.of(start));
        Deque<Class<?>> open = new ArrayDeque<>(found);
        while (!open.isEmpty()) {
            Class<?> type = open.pop();
            if (!type.getName().startsWith("io.privatefm.")) {
                continue;
            }
            for (Type named : signatures(type)) {
                for (Class<?> raw : classes(named)) {
                    if (found.add(raw)) {
                        open.push(raw);
                    }
                }
            }
        }
        return found;
    }

    private static Collection<Type> signatures(Class<?> type) {
        List<Type> types = new ArrayList<>(List.of(type.getGenericInterfaces()));
        Stream.<Executable>concat(Stream.of(type.getDeclaredMethods()), Stream.of(type.getDeclaredConstructors()))
                .filter(member -> !Modifier.isPrivate(member.getModifiers()) && !member.isSynthetic())
                .forEach(member -> {
                    types.addAll(Arrays.asList(member.getGenericParameterTypes()));
                    if (member instanceof Method method) {
                        types.add(method.getGenericReturnType());
                    }
                });
        Stream.of(type.getFields()).map(Field::getGenericType).forEach(types::add);
        types.addAll(List.of(type.getClasses()));
        return types;
    }

    private static Set<Class<?>> classes(Type type) {
        Set<Class<?>> found = new LinkedHashSet<>();
        if (type instanceof Class<?> raw) {
            Class<?> element = raw;
            while (element.isArray()) {
                element = element.getComponentType();
            }
            found.add(element);
        } else if (type instanceof ParameterizedType generic) {
            found.addAll(classes(generic.getRawType()));
            Stream.of(generic.getActualTypeArguments()).forEach(argument -> found.addAll(classes(argument)));
        } else if (type instanceof WildcardType wildcard) {
            Stream.of(wildcard.getUpperBounds()).forEach(bound -> found.addAll(classes(bound)));
            Stream.of(wildcard.getLowerBounds()).forEach(bound -> found.addAll(classes(bound)));
        } else if (type instanceof TypeVariable<?> variable) {
            Stream.of(variable.getBounds())
                    .filter(Class.class::isInstance)
                    .forEach(bound -> found.addAll(classes(bound)));
        }
        return found;
    }
}
