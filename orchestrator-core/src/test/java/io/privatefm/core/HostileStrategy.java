/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core;

import io.privatefm.spi.merge.DeltaTile;
import io.privatefm.spi.merge.MergeStrategy;
import java.io.IOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/** Fixture: a merge strategy that does what a strategy must not. Found as plug-ins are; what it does is said before. */
public final class HostileStrategy implements MergeStrategy {
    static final String ID = "hostile";

    /** What it does. */
    enum Deed {
        /** Keeps all arrays and tiles that it ever got, and writes into them with each later call. */
        KEEPS_BUFFERS,
        /** Leaves a thread behind that goes on writing into all of them. */
        LEAVES_A_THREAD,
        WRITES_INTO_INPUTS,
        WRITES_BEYOND_ITS_RANGE,
        GIVES_NAN,
        GIVES_INFINITY,
        THROWS_EXCEPTION,
        THROWS_ERROR,
        THROWS_OUT_OF_MEMORY,
        OVERFLOWS_THE_STACK,
        THROWS_CHECKED,
        /** Gives something else with each call. */
        CHANGES_ITS_MIND,
        FAILS_WHEN_ASKED_FOR_ITS_REVISION
    }

    static volatile Deed deed = Deed.KEEPS_BUFFERS;
    static volatile boolean stop;

    /** All values that it ever found in what it was given. */
    static final Set<Float> SEEN = ConcurrentHashMap.newKeySet();

    /** Its threads. */
    static final List<Thread> THREADS = new CopyOnWriteArrayList<>();

    private final List<float[]> kept = new CopyOnWriteArrayList<>();
    private int calls;

    /** For the service loader. */
    public HostileStrategy() {}

    @Override
    public String id() {
        return ID;
    }

    @Override
    public int revision() {
        if (deed == Deed.FAILS_WHEN_ASKED_FOR_ITS_REVISION) {
            throw new LinkageError("no revision");
        }
        return 1;
    }

    @Override
    public void combine(DeltaTile tile, float[] combined) {
        calls++;
        look(combined);
        for (int i = 0; i < tile.adapters(); i++) {
            look(tile.delta(i));
            kept.add(tile.delta(i));
        }
        kept.add(combined);
        Arrays.fill(combined, 0.125f);
        switch (deed) {
            case KEEPS_BUFFERS -> kept.forEach(array -> Arrays.fill(array, 3));
            case LEAVES_A_THREAD -> leaveThread();
            case WRITES_INTO_INPUTS -> {
                for (int i = 0; i < tile.adapters(); i++) {
                    Arrays.fill(tile.delta(i), Float.NaN);
                }
            }
            case WRITES_BEYOND_ITS_RANGE -> combined[tile.length() + 1_000_000] = 1;
            case GIVES_NAN -> combined[0] = Float.NaN;
            case GIVES_INFINITY -> combined[0] = Float.POSITIVE_INFINITY;
            case THROWS_EXCEPTION -> throw new IllegalStateException("secret " + tile.delta(0)[0]);
            case THROWS_ERROR -> throw new AssertionError("secret");
            case THROWS_OUT_OF_MEMORY -> throw new OutOfMemoryError("secret");
            case OVERFLOWS_THE_STACK -> overflow(1);
            case THROWS_CHECKED -> HostileStrategy.<RuntimeException>sneak(new IOException("secret"));
            case CHANGES_ITS_MIND -> Arrays.fill(combined, calls);
            case FAILS_WHEN_ASKED_FOR_ITS_REVISION -> {}
        }
    }

    private static void look(float[] array) {
        for (float value : array) {
            SEEN.add(value);
        }
    }

    private void leaveThread() {
        if (THREADS.isEmpty()) {
            Thread thread = new Thread(
                    () -> {
                        for (int i = 0; !stop; i++) {
                            float value = i;
                            kept.forEach(array -> Arrays.fill(array, value));
                        }
                    },
                    "hostile");
            thread.setDaemon(true);
            THREADS.add(thread);
            thread.start();
        }
    }

    private static int overflow(int depth) {
        return depth == 0 ? 0 : 1 + overflow(depth + 1);
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <E extends Throwable> void sneak(Throwable failure) throws E {
        throw (E) failure;
    }

    /** Runs something as in a host that has this strategy on its class path. */
    static <T> T plugged(Path folder, Supplier<T> work) throws IOException {
        Path services = folder.resolve("services");
        Files.writeString(services, HostileStrategy.class.getName() + "\n");
        URL url = services.toUri().toURL();
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(new ClassLoader(before) {
            @Override
            public Enumeration<URL> getResources(String name) throws IOException {
                return name.equals("META-INF/services/" + MergeStrategy.class.getName())
                        ? Collections.enumeration(List.of(url))
                        : super.getResources(name);
            }
        });
        try {
            return work.get();
        } finally {
            thread.setContextClassLoader(before);
        }
    }
}
