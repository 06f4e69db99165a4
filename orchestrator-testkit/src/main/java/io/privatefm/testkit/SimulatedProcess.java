/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.testkit;

import io.privatefm.spi.blob.BlobWriter;
import io.privatefm.spi.store.OrchestratorStore;
import io.privatefm.spi.store.TxWork;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A simulated process: parts that it uses, watched, so that it can end at any of its calls. Every call has a point before and a point after
 * it, a transaction one more before its commit. When it ends, a {@link SimulatedCrash} comes out of that call and of every later one: no
 * clean-up reaches a part, as with {@code kill -9}. Its orchestrator is of no further use then; make another over the same parts.
 *
 * <pre>
 * SimulatedProcess process = new SimulatedProcess();
 * process.crashAt(17);
 * Orchestrator.builder(process.watch(OrchestratorStore.class, store), process.watch(BlobStore.class, blobs), foundation)
 * </pre>
 */
public final class SimulatedProcess {
    private Consumer<String> between = point -> {};
    private long points;
    private long crashAt;
    private boolean crashed;
    private boolean inTransaction;

    /** A process that does not end. */
    public SimulatedProcess() {}

    /**
     * Lets it end.
     *
     * @param point at which of its points from its beginning on, from 1; 0 for none
     */
    public SimulatedProcess crashAt(long point) {
        crashAt = point;
        return this;
    }

    /** Ends it now: its next call throws. */
    public void crash() {
        crashed = true;
    }

    /** Whether it has ended. */
    public boolean crashed() {
        return crashed;
    }

    /** How many points it has passed. */
    public long points() {
        return points;
    }

    /**
     * What happens at each point that is not inside a transaction, before it is decided whether the process ends there: other processes
     * may do something meanwhile.
     *
     * @param action is told the point's name
     */
    public SimulatedProcess between(Consumer<String> action) {
        between = action;
        return this;
    }

    /** A part as this process has it. */
    public <T> T watch(Class<T> type, T part) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (proxy, method, args) -> call(type, part, method, args)));
    }

    private @Nullable Object call(Class<?> type, Object part, Method method, @Nullable Object @Nullable [] args)
            throws Throwable {
        if (method.getDeclaringClass() == Object.class
                || method.getName().equals("name")
                || method.getName().equals("capabilities")) {
            return invoke(part, method, args);
        }
        String name = type.getSimpleName() + "." + method.getName();
        point("before " + name);
        Object result;
        if (part instanceof OrchestratorStore store && args != null && args[0] instanceof TxWork<?> work) {
            result = inTransaction(store, work, name);
        } else {
            result = invoke(part, method, args);
        }
        point("after " + name);
        return result instanceof BlobWriter writer ? watch(BlobWriter.class, writer) : result;
    }

    private @Nullable Object inTransaction(OrchestratorStore store, TxWork<?> work, String name) {
        inTransaction = true;
        try {
            return store.inTransaction(tx -> {
                Object result = work.run(tx);
                point("before the commit of " + name);
                return result;
            });
        } finally {
            inTransaction = false;
        }
    }

    private static @Nullable Object invoke(Object part, Method method, @Nullable Object @Nullable [] args)
            throws Throwable {
        try {
            return method.invoke(part, args);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private void point(String where) {
        if (!crashed && !inTransaction) {
            between.accept(where);
        }
        points += crashed ? 0 : 1;
        if (crashed || points == crashAt) {
            crashed = true;
            throw new SimulatedCrash(where);
        }
    }
}
