/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.fault;

import io.privatefm.spi.blob.BlobStore;
import io.privatefm.spi.blob.BlobWriter;
import io.privatefm.spi.keys.KeyVault;
import io.privatefm.spi.store.AuditTable;
import io.privatefm.spi.store.KeyTable;
import io.privatefm.spi.store.LeaseTable;
import io.privatefm.spi.store.OrchestratorStore;
import io.privatefm.spi.store.OrphanTable;
import io.privatefm.spi.store.OutboxTable;
import io.privatefm.spi.store.ScrubTable;
import io.privatefm.spi.store.StoreTx;
import io.privatefm.spi.store.SwitchTable;
import io.privatefm.spi.store.TxWork;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Ends this JVM at the n-th point, without any clean-up: before or after a call of the store, a transaction, a blob or the key vault. Counts
 * the points on the thread that made it only, so that the same run has the same points.
 */
public final class KillPoints {
    private static final Set<Class<?>> WATCHED = Set.of(
            OrchestratorStore.class,
            StoreTx.class,
            LeaseTable.class,
            OutboxTable.class,
            AuditTable.class,
            OrphanTable.class,
            KeyTable.class,
            ScrubTable.class,
            SwitchTable.class,
            BlobStore.class,
            BlobWriter.class,
            KeyVault.class);
    private static final int EXIT = 137;

    private final Thread watched = Thread.currentThread();
    private final long killAt;
    private final Runnable kill;
    private final boolean insideTransactions;
    private final List<String> passed = new ArrayList<>();
    private int depth;

    private KillPoints(long killAt, Runnable kill, boolean insideTransactions) {
        this.killAt = killAt;
        this.kill = kill;
        this.insideTransactions = insideTransactions;
    }

    /** @param killAt from 1; 0 for never */
    public KillPoints(long killAt) {
        this(killAt, () -> Runtime.getRuntime().halt(EXIT), true);
    }

    /** Does something else at the n-th of the points that are not inside a transaction. */
    public static KillPoints between(long at, Runnable then) {
        return new KillPoints(at, then, false);
    }

    /** The points that were passed, in order. */
    public List<String> passed() {
        return passed;
    }

    /** The same part, watched. */
    public <T> T watch(Class<T> type, T part) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (proxy, method, args) -> call(type, part, method, args)));
    }

    private Object call(Class<?> type, Object part, Method method, Object[] args) throws Throwable {
        boolean counts = Thread.currentThread() == watched && WATCHED.contains(method.getDeclaringClass());
        String name = type.getSimpleName() + "." + method.getName();
        if (counts) {
            point("before " + name);
        }
        Object result;
        try {
            result = method.invoke(part, method.getName().equals("inTransaction") ? watched(args) : args);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
        if (counts) {
            point("after " + name);
        }
        return WATCHED.stream()
                .filter(watchable -> method.getReturnType() == watchable)
                .findFirst()
                .<Object>map(watchable -> watchUnchecked(watchable, result))
                .orElse(result);
    }

    private Object[] watched(Object[] args) {
        TxWork<?> work = (TxWork<?>) args[0];
        return new Object[] {
            (TxWork<Object>) tx -> {
                boolean counts = Thread.currentThread() == watched;
                depth += counts ? 1 : 0;
                try {
                    return work.run(watch(StoreTx.class, tx));
                } finally {
                    depth -= counts ? 1 : 0;
                }
            }
        };
    }

    private <T> T watchUnchecked(Class<T> type, Object part) {
        return watch(type, type.cast(part));
    }

    private void point(String name) {
        if (depth > 0 && !insideTransactions) {
            return;
        }
        passed.add(name);
        if (passed.size() == killAt) {
            kill.run();
        }
    }
}
