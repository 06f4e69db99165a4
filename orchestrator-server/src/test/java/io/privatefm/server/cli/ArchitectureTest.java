/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.cli;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaCodeUnitAccess;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.privatefm.bus.redis.RedisEventBus;
import io.privatefm.core.Orchestrator;
import io.privatefm.modelstore.BlobDirectory;
import io.privatefm.modelstore.FoundationDirectory;
import io.privatefm.modelstore.LocalModelFiles;
import io.privatefm.spi.PfmException;
import io.privatefm.spi.blob.BlobStore;
import io.privatefm.spi.keys.KeyVault;
import io.privatefm.testkit.TinyModels;
import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The architecture:")
class ArchitectureTest {
    private static final String CORE = "io.privatefm.core";
    private static final String ROOMS = "io.privatefm.core.*..";

    private static final JavaClasses MAIN = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .withImportOption(place -> !place.contains("-tests.jar!")) // test fixtures of other modules
            .importPackages("io.privatefm");

    @Test
    @DisplayName("all modules are looked at")
    void imported() {
        assertThat(MAIN.stream().map(JavaClass::getPackageName))
                .contains(
                        "io.privatefm.spi",
                        "io.privatefm.modelstore",
                        "io.privatefm.store.jdbc",
                        "io.privatefm.bus.redis",
                        CORE,
                        "io.privatefm.core.merge",
                        "io.privatefm.testkit",
                        "io.privatefm.server.cli");
        assertThat(MAIN.contain(ArchitectureTest.class)).isFalse();
    }

    @Test
    @DisplayName("the SPI needs the JDK only")
    void spi() {
        classes()
                .that()
                .resideInAPackage("io.privatefm.spi..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("java..", "org.jspecify..", "io.privatefm.spi..")
                .check(MAIN);
    }

    @Test
    @DisplayName("the directory stores need the SPI and Jackson, never the core")
    void modelStore() {
        classes()
                .that()
                .resideInAPackage("io.privatefm.modelstore..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "java..",
                        "javax.crypto..",
                        "org.jspecify..",
                        "com.fasterxml.jackson..",
                        "io.privatefm.spi..",
                        "io.privatefm.modelstore..")
                .check(MAIN);
    }

    @Test
    @DisplayName("the Redis bus shows nothing of its client")
    void redisBus() {
        noMethods()
                .that()
                .arePublic()
                .and()
                .areDeclaredInClassesThat(resideInAPackage("io.privatefm.bus.redis")
                        .and(DescribedPredicate.describe(
                                "are public", type -> type.getModifiers().contains(JavaModifier.PUBLIC))))
                .should()
                .haveRawReturnType(resideInAPackage("redis.."))
                .orShould()
                .haveRawParameterTypes(DescribedPredicate.describe(
                        "of the client", types -> types.stream().anyMatch(resideInAPackage("redis.."))))
                .check(MAIN);
    }

    @Test
    @DisplayName("the core knows no store, no broker and no host")
    void core() {
        noClasses()
                .that()
                .resideInAPackage("io.privatefm.core..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.privatefm.modelstore..",
                        "io.privatefm.store..",
                        "io.privatefm.bus..",
                        "io.privatefm.server..",
                        "io.privatefm.testkit..")
                .check(MAIN);
    }

    @Test
    @DisplayName("no store and no bus knows the core or another one of them")
    void stores() {
        for (String store : List.of("io.privatefm.modelstore..", "io.privatefm.store..", "io.privatefm.bus..")) {
            noClasses()
                    .that()
                    .resideInAPackage(store)
                    .should()
                    .dependOnClassesThat(resideInAPackage("io.privatefm..")
                            .and(not(resideInAnyPackage("io.privatefm.spi..", store))))
                    .check(MAIN);
        }
    }

    @Test
    @DisplayName("the core's rooms form no cycle")
    void roomsAreFreeOfCycles() {
        slices().matching("io.privatefm.core.(*)..").should().beFreeOfCycles().check(MAIN);
    }

    @Test
    @DisplayName("the server's rooms form no cycle, and none but the commands knows the whole")
    void serverRoomsAreFreeOfCycles() {
        slices().matching("io.privatefm.server.(*)..").should().beFreeOfCycles().check(MAIN);
        noClasses()
                .that()
                .resideInAPackage("io.privatefm.server.*..")
                .and()
                .resideOutsideOfPackage("io.privatefm.server.cli..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.privatefm.server")
                .check(MAIN);
    }

    @Test
    @DisplayName("the HTTP server is known to one room")
    void http() {
        noClasses()
                .that()
                .resideOutsideOfPackages("io.privatefm.server.rest..", "io.privatefm.server.access..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.javalin..", "org.eclipse.jetty..", "jakarta.servlet..")
                .check(MAIN);
    }

    @Test
    @DisplayName("no room of the core knows the facade in front of it")
    void roomsDoNotKnowTheFacade() {
        noClasses()
                .that()
                .resideInAPackage(ROOMS)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(CORE)
                .check(MAIN);
    }

    @Test
    @DisplayName("nobody but the core enters its rooms")
    void roomsAreClosed() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.privatefm.core..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage(ROOMS)
                .check(MAIN);
    }

    @Test
    @DisplayName("the testkit needs the SPI and the facade only")
    void testkit() {
        classes()
                .that()
                .resideInAPackage("io.privatefm.testkit..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "java..",
                        "org.jspecify..",
                        "org.junit..",
                        "org.assertj..",
                        "io.privatefm.spi..",
                        CORE,
                        "io.privatefm.testkit..")
                .check(MAIN);
    }

    @Test
    @DisplayName("a foundation directory is written from one package, which an operator's command alone knows")
    void foundationWriter() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName(FoundationImportCommand.class.getName())
                .and()
                .resideOutsideOfPackage("io.privatefm.server.foundation..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.privatefm.server.foundation..")
                .check(MAIN);
    }

    @Test
    @DisplayName("in the core, exported model directories alone are written to a file system")
    void coreWrites() {
        noClasses()
                .that()
                .resideInAPackage("io.privatefm.core..")
                .and()
                .haveNameNotMatching("io\\.privatefm\\.core\\.checkpoint\\.Output(Directory|File)")
                .should()
                .dependOnClassesThat()
                .haveNameMatching(
                        "java\\.nio\\.file\\.(Files|spi\\..*)|java\\.nio\\.channels\\..*|java\\.io\\.(File|RandomAccessFile"
                                + "|FileOutputStream|FileWriter)")
                .check(MAIN);
        noClasses()
                .that()
                .resideInAPackage("io.privatefm.spi..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.nio.file..", "java.nio.channels..")
                .check(MAIN);
    }

    @Test
    @DisplayName("nothing that a foundation directory calls, however far down, changes a file")
    void foundationDirectoryReads() {
        Set<JavaCodeUnit> reached = reached(
                MAIN.get(FoundationDirectory.class),
                MAIN.get(LocalModelFiles.class), // what it hands out
                MAIN.get("io.privatefm.modelstore.LocalFile"));

        assertThat(names(reached, "java.nio.file.Files"))
                .containsExactlyInAnyOrder(
                        "isDirectory", "isRegularFile", "newDirectoryStream", "notExists", "readAttributes");
        assertThat(names(reached, "java.nio.channels.FileChannel"))
                .containsExactlyInAnyOrder("open", "read", "size", "close");
        assertThat(names(reached(MAIN.get(BlobDirectory.class)), "java.nio.file.Files"))
                .as("a store that writes is seen to")
                .contains("move", "createDirectory");
    }

    private static Set<String> names(Set<JavaCodeUnit> units, String owner) {
        return units.stream()
                .flatMap(ArchitectureTest::calls)
                .filter(call -> call.getTargetOwner().getName().equals(owner))
                .map(call -> call.getTarget().getName())
                .collect(Collectors.toSet());
    }

    /** All code of this project that classes call, and what that calls. */
    private static Set<JavaCodeUnit> reached(JavaClass... from) {
        Set<JavaCodeUnit> reached = new LinkedHashSet<>();
        Deque<JavaCodeUnit> open = new ArrayDeque<>();
        Stream.of(from).forEach(type -> open.addAll(type.getCodeUnits()));
        while (!open.isEmpty()) {
            JavaCodeUnit unit = open.pop();
            if (reached.add(unit)) {
                calls(unit)
                        .map(call -> call.getTarget().resolveMember())
                        .flatMap(Optional::stream)
                        .filter(called -> called.getOwner().getPackageName().startsWith("io.privatefm"))
                        .forEach(open::push);
            }
        }
        return reached;
    }

    private static Stream<JavaCodeUnitAccess<?>> calls(JavaCodeUnit unit) {
        return Stream.concat(unit.getCallsFromSelf().stream(), unit.getCodeUnitReferencesFromSelf().stream());
    }

    @Test
    @DisplayName("only the guardian's room destroys keys and all blobs of a namespace")
    void destruction() {
        noClasses()
                .that()
                .resideOutsideOfPackages("io.privatefm.core.guardian", "io.privatefm.testkit..")
                .should()
                .callMethodWhere(callsOf(KeyVault.class, "destroy"))
                .orShould()
                .callMethodWhere(callsOf(BlobStore.class, "destroy"))
                .check(MAIN);
    }

    @Test
    @DisplayName("only the seal's room has data keys wrapped and unwrapped")
    void dataKeys() {
        noClasses()
                .that()
                .resideOutsideOfPackages("io.privatefm.core.seal", "io.privatefm.testkit..")
                .should()
                .callMethodWhere(callsOf(KeyVault.class, "wrap"))
                .orShould()
                .callMethodWhere(callsOf(KeyVault.class, "unwrap"))
                .check(MAIN);
    }

    /** Calls of a method by the interface or by any class that implements it, from elsewhere than that class. */
    private static DescribedPredicate<JavaMethodCall> callsOf(Class<?> type, String method) {
        return DescribedPredicate.describe(
                type.getSimpleName() + "." + method,
                call -> call.getName().equals(method)
                        && call.getTargetOwner().isAssignableTo(type)
                        && !call.getOriginOwner().equals(call.getTargetOwner()));
    }

    @Test
    @DisplayName("there is no static state")
    void noStaticState() {
        fields().that()
                .areDeclaredInClassesThat()
                .resideInAPackage("io.privatefm..")
                .and()
                .areStatic()
                .should()
                .beFinal()
                .check(MAIN);
    }

    @Test
    @DisplayName("every package is null-marked, by itself or by its module")
    void nullMarked() {
        Set<String> unmarked = MAIN.stream()
                .filter(type -> !type.getPackage().isAnnotatedWith(org.jspecify.annotations.NullMarked.class))
                .map(JavaClass::getPackageName)
                .filter(name -> !name.isEmpty())
                .collect(Collectors.toSet());

        assertThat(unmarked).isEmpty();
    }

    @Test
    @DisplayName("the modules export what is for others, and nothing else")
    void exports() throws URISyntaxException, IOException {
        assertThat(exportsOf(Orchestrator.class)).containsExactly(CORE);
        assertThat(exportsOf(BlobDirectory.class)).containsExactly("io.privatefm.modelstore");
        assertThat(exportsOf(RedisEventBus.class)).containsExactly("io.privatefm.bus.redis");
        Set<String> contracts = MAIN.stream()
                .map(JavaClass::getPackageName)
                .filter(name -> name.startsWith("io.privatefm.spi"))
                .collect(Collectors.toSet());
        assertThat(exportsOf(PfmException.class)).isEqualTo(contracts);
        assertThat(TinyModels.class.getResource("/io/privatefm/testkit/module-info.class"))
                .isNull();
    }

    /** What the named module in a class's class path entry, a folder or a jar, exports to everybody. */
    private static Set<String> exportsOf(Class<?> type) throws URISyntaxException {
        Path entry =
                Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
        ModuleDescriptor module =
                ModuleFinder.of(entry).findAll().iterator().next().descriptor();
        assertThat(module.isAutomatic()).as(module.toNameAndVersion()).isFalse();
        assertThat(module.exports()).noneMatch(ModuleDescriptor.Exports::isQualified);
        assertThat(module.opens()).isEmpty();
        return module.exports().stream().map(ModuleDescriptor.Exports::source).collect(Collectors.toSet());
    }
}
