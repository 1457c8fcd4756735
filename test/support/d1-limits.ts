// D1 refuses a text or a row of more than 2,000,000 bytes; the SQLite that stands in for it locally takes a thousand million.
// https://developers.cloudflare.com/d1/platform/limits/

/** Bytes of a bound text, and of a row, that D1 takes. */
const D1_BYTES = 2_000_000;
const TOO_BIG = "string or blob too big";

/** Lets statements of this kind refuse what D1 would, with its words. To be called once for a runtime. */
export function limitParameters(statement: D1PreparedStatement): void {
  const kind: unknown = Object.getPrototypeOf(statement);
  if (typeof kind !== "object" || kind === null) throw new Error("statements have no prototype");
  const bind: unknown = Reflect.get(kind, "bind");
  if (typeof bind !== "function") throw new Error("statements have no bind");
  const limited = function (this: D1PreparedStatement, ...values: unknown[]): unknown {
    if (values.some((value) => typeof value === "string" && bytesOf(value) > D1_BYTES))
      throw new Error(`D1_ERROR: ${TOO_BIG}: SQLITE_TOOBIG`);
    return bind.apply(this, values);
  };
  Object.defineProperty(kind, "bind", { value: limited, configurable: true, writable: true });
}

/** Lets every table that there is refuse rows that D1 would. */
export async function limitRows(database: D1Database): Promise<void> {
  const { results } = await database
    .prepare(
      `SELECT m.name AS name, group_concat('coalesce(octet_length(NEW."' || c.name || '"), 0)', ' + ') AS bytes
       FROM sqlite_master AS m JOIN pragma_table_info(m.name) AS c
       WHERE m.type = 'table' AND m.name NOT GLOB 'sqlite_*' AND m.name NOT GLOB '_cf_*' AND m.name NOT GLOB 'd1_*'
       GROUP BY m.name`,
    )
    .all<{ name: string; bytes: string }>();
  await database.batch(
    results.flatMap(({ name, bytes }) =>
      ["INSERT", "UPDATE"].map((event) =>
        database.prepare(
          `CREATE TRIGGER "${name}_${event}_limit" BEFORE ${event} ON "${name}" WHEN ${bytes} > ${D1_BYTES}
           BEGIN SELECT RAISE(ABORT, '${TOO_BIG}'); END`,
        ),
      ),
    ),
  );
}

function bytesOf(text: string): number {
  return text.length > D1_BYTES ? text.length : new TextEncoder().encode(text).byteLength;
}
