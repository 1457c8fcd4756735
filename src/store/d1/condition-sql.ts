import type { WriteCondition } from "../asset-store.ts";

export type Binding = string | number | null;

/** SQL that is true when the condition holds of asset (?1, ?2). Its own parameters start at number `first`. */
export function conditionSql(condition: WriteCondition, first: number): { sql: string; bindings: Binding[] } {
  const bindings: Binding[] = [];
  const terms = [];
  const current = "SELECT 1 FROM assets WHERE namespace = ?1 AND name = ?2 AND deleted = 0";
  const tagged = (tags: readonly string[]) => {
    const list = `(SELECT value FROM json_each(?${first + bindings.length}))`;
    bindings.push(JSON.stringify(tags));
    return `${current} AND (etag IN ${list} OR expressions_etag IN ${list})`;
  };
  if (condition.match === "*") terms.push(`EXISTS (${current})`);
  else if (condition.match !== null) terms.push(`EXISTS (${tagged(condition.match)})`);
  if (condition.noneMatch === "*") terms.push(`NOT EXISTS (${current})`);
  else if (condition.noneMatch !== null) terms.push(`NOT EXISTS (${tagged(condition.noneMatch)})`);
  return { sql: terms.length === 0 ? "TRUE" : terms.join(" AND "), bindings };
}
