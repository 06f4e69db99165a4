/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.benchmarks;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.Statement;
import javax.sql.DataSource;

/** Counts what passes through a data source, its connections and their statements. */
final class CountedConnections implements InvocationHandler {
    private final Object target;
    private final Traffic traffic;

    private CountedConnections(Object target, Traffic traffic) {
        this.target = target;
        this.traffic = traffic;
    }

    /** A data source whose use is counted. */
    static DataSource of(DataSource database, Traffic traffic) {
        return wrapped(DataSource.class, database, traffic);
    }

    @Override
    public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
        count(method);
        Object result;
        try {
            result = method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
        Class<?> type = method.getReturnType();
        boolean passedOn = type == Connection.class
                || type == PreparedStatement.class
                || type == CallableStatement.class
                || type == Statement.class;
        return passedOn && result != null ? wrapped(type, result, traffic) : result;
    }

    private void count(Method method) {
        String name = method.getName();
        if (target instanceof Statement) {
            if (name.startsWith("execute")) {
                traffic.statements.incrementAndGet();
            }
        } else if (name.equals("commit") || name.equals("rollback")) {
            traffic.ends.incrementAndGet();
        } else if (name.equals("setTransactionIsolation")) {
            traffic.isolations.incrementAndGet();
        }
    }

    private static <T> T wrapped(Class<T> type, Object target, Traffic traffic) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader() == null ? CountedConnections.class.getClassLoader() : type.getClassLoader(),
                new Class<?>[] {type},
                new CountedConnections(target, traffic)));
    }
}
