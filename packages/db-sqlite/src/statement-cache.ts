import type { Connection, Statement } from "./driver.ts";

/** The connection, with each statement compiled once: that takes longer than most of them run. */
export function cachingStatements(connection: Connection): Connection {
  const statements = new Map<string, Statement>();
  return {
    name: connection.name,
    get inTransaction() {
      return connection.inTransaction;
    },
    prepare: (sql) => {
      const known = statements.get(sql) ?? connection.prepare(sql);
      statements.set(sql, known);
      return known;
    },
    exec: (sql) => connection.exec(sql),
    close: () => connection.close(),
  };
}
