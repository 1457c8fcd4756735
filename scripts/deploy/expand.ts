// Whether a migration leaves the version that is running unharmed: expand first, contract in a later release.
import { unstable_splitSqlQuery as splitSql } from "wrangler";

/** A statement that the running version may not survive, and why. */
export interface Contraction {
  readonly statement: string;
  readonly why: string;
}

const ADD_COLUMN = /^ALTER TABLE \S+ ADD (?:COLUMN )?/i;
const BREAKING: readonly [RegExp, string][] = [
  [/^DROP /i, "drops what the running version may use"],
  [/^ALTER TABLE \S+ (?:RENAME|DROP) /i, "takes away a name that the running version may use"],
  [/^(?:UPDATE|DELETE|REPLACE) /i, "changes data that the running version reads"],
  [/^CREATE (?:TEMP |TEMPORARY )?TRIGGER /i, "changes what the running version's writes do"],
];

/**
 * The statements of migrations that do more than add: new tables, their rows and indexes, and columns that may be left
 * out, are unseen by a version that does not know them. What is not recognised counts as breaking.
 */
export function contractions(migrations: readonly string[]): Contraction[] {
  const fresh = new Set<string>();
  return migrations
    .flatMap((sql) => splitSql(sql))
    .map(plain)
    .filter((statement) => statement !== "")
    .flatMap((statement) => {
      const why = whyBreaking(statement, fresh);
      return why === null ? [] : [{ statement: statement.slice(0, 100), why }];
    });
}

/** Null for a statement that only adds. Tables that it makes are noted in `fresh`. */
function whyBreaking(statement: string, fresh: Set<string>): string | null {
  const table = /^CREATE TABLE (?:IF NOT EXISTS )?([^\s(]+)/i.exec(statement)?.[1];
  if (table !== undefined) {
    fresh.add(nameOf(table));
    return null;
  }
  if (/^CREATE VIEW /i.test(statement)) return null;
  const index = /^CREATE (UNIQUE )?INDEX (?:IF NOT EXISTS )?\S+ ON ([^\s(]+)/i.exec(statement);
  if (index !== null) {
    const harmless = index[1] === undefined || fresh.has(nameOf(index[2] ?? ""));
    return harmless ? null : "may refuse what the running version writes";
  }
  const into = /^INSERT (?:OR \w+ )?INTO ([^\s(]+)/i.exec(statement)?.[1];
  if (into !== undefined) return fresh.has(nameOf(into)) ? null : "adds rows that the running version reads";
  if (ADD_COLUMN.test(statement)) {
    const column = statement.replace(ADD_COLUMN, "");
    const harmless = !/\bNOT NULL\b/i.test(column) || /\bDEFAULT\b/i.test(column);
    return harmless ? null : "adds a column that the running version's writes leave out";
  }
  return BREAKING.find(([pattern]) => pattern.test(statement))?.[1] ?? "is not known to be harmless";
}

/** One line, without comments. */
function plain(statement: string): string {
  return statement
    .replace(/--[^\n]*|\/\*[\s\S]*?\*\//g, " ")
    .replace(/\s+/g, " ")
    .trim();
}

function nameOf(table: string): string {
  return table.replace(/["'`[\]]/g, "").toLowerCase();
}
