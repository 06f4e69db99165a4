/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.privacy;

import io.privatefm.spi.blob.BlobStore;
import io.privatefm.spi.blob.BlobWriter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;

/** A blob store that does something after every call, of its writers too. */
final class WatchedBlobs {
    private final Runnable afterCall;
    private final List<String> calls = new ArrayList<>();

    WatchedBlobs(Runnable afterCall) {
        this.afterCall = afterCall;
    }

    BlobStore around(BlobStore store) {
        return watch(BlobStore.class, store);
    }

    /** The calls, in order. */
    List<String> calls() {
        return calls;
    }

    private <T> T watch(Class<T> type, T part) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (proxy, method, args) -> call(part, method, args)));
    }

    private Object call(Object part, Method method, Object[] args) throws Throwable {
        Object result;
        try {
            result = method.invoke(part, args);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
        calls.add(method.getName());
        afterCall.run();
        return result instanceof BlobWriter writer ? watch(BlobWriter.class, writer) : result;
    }
}
