/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.server.privacy;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/** What somebody with the database's password can do behind the library's back. */
record Sql(DataSource database) {
    /** The one text that a query gives. */
    String text(String query, Object... values) throws SQLException {
        return texts(query, values).get(0);
    }

    /** The first column of all rows. */
    List<String> texts(String query, Object... values) throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement statement = prepared(connection, query, values);
                ResultSet rows = statement.executeQuery()) {
            List<String> texts = new ArrayList<>();
            while (rows.next()) {
                texts.add(rows.getString(1));
            }
            return texts;
        }
    }

    /** Changes rows and gives how many. */
    int change(String statement, Object... values) throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement prepared = prepared(connection, statement, values)) {
            return prepared.executeUpdate();
        }
    }

    /** Every value of every row of every table, one a line. */
    byte[] dump() throws SQLException {
        StringBuilder dump = new StringBuilder();
        for (String table : tables()) {
            try (Connection connection = database.getConnection();
                    PreparedStatement statement = connection.prepareStatement("select * from \"" + table + "\"");
                    ResultSet rows = statement.executeQuery()) {
                int columns = rows.getMetaData().getColumnCount();
                while (rows.next()) {
                    for (int column = 1; column <= columns; column++) {
                        dump.append(table)
                                .append(' ')
                                .append(rows.getString(column))
                                .append('\n');
                    }
                }
            }
        }
        return dump.toString().getBytes(StandardCharsets.UTF_8);
    }

    private List<String> tables() throws SQLException {
        return texts("select table_name from information_schema.tables where table_schema = current_schema");
    }

    private static PreparedStatement prepared(Connection connection, String sql, Object... values) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        for (int place = 0; place < values.length; place++) {
            statement.setObject(place + 1, values[place]);
        }
        return statement;
    }
}
