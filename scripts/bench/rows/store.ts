// A store as it is after years: its rows are made by SQL itself, in a few large statements.
import { makeAssets } from "../definitions.ts";
import { load } from "../filling.ts";
import { progress } from "../progress.ts";
import type { Server } from "../servers.ts";

/** Commits of each asset. */
export const ROUNDS = 5;
/** Rows that one statement makes. */
const STEP = 50_000;
const HOUR_MS = 3_600_000;

/** How much there is of what. */
export interface StoreSize {
  readonly namespaces: number;
  /** Half of them in `big`, the others all over the namespaces. */
  readonly assets: number;
  /** In `emptied`, all deleted within the hour. */
  readonly tombstones: number;
  /** Names of API keys, one live key each; a quarter as many ended keys of one name are beside them. */
  readonly keys: number;
}

export const FULL: StoreSize = { namespaces: 20_000, assets: 200_000, tombstones: 50_000, keys: 20_000 };

/** A size with fewer of everything. */
export function scaled(factor: number): StoreSize {
  const part = (count: number) => Math.ceil(count * factor);
  return {
    namespaces: part(FULL.namespaces),
    assets: part(FULL.assets),
    tombstones: part(FULL.tombstones),
    keys: part(FULL.keys),
  };
}

/** The commits of a store of this size. */
export function commitsOf({ namespaces, assets }: StoreSize): number {
  return namespaces + assets * ROUNDS;
}

/** Commits up to this seq are older than the day for which history is kept. */
export function agedSeq({ namespaces, assets }: StoreSize): number {
  return namespaces + assets * 3;
}

/** The namespace and the name of the asset with this number. */
export function assetAt(number: number, size: StoreSize): { namespace: string; name: string } {
  const pad = (value: number, digits: number) => String(value).padStart(digits, "0");
  const namespace = number < size.assets / 2 ? `ns-${pad(number % scatteredOver(size), 5)}` : "big";
  return { namespace, name: `tool-${pad(number, 6)}` };
}

/** Namespaces beside `default`, `big` and `emptied`. */
function scatteredOver({ namespaces }: StoreSize): number {
  return Math.max(1, namespaces - 3);
}

/** The numbers of one statement's rows, from :from up to :to. */
const NUMBERS = `WITH RECURSIVE numbers(i) AS (
  SELECT json_extract(?1, '$.from') UNION ALL SELECT i + 1 FROM numbers WHERE i + 1 < json_extract(?1, '$.to'))`;
const of = (name: string) => `json_extract(?1, '$.${name}')`;
const NAMESPACE = `CASE WHEN i < ${of("assets")} / 2 THEN printf('ns-%05d', i % ${of("scattered")}) ELSE 'big' END`;
const NAME = "printf('tool-%06d', i)";
const definitionOf = (namespace: string, name: string) =>
  `replace(replace(${of("template")}, '%NAMESPACE%', ${namespace}), '%NAME%', ${name})`;
/** Old for the first three rounds and for namespaces, of the last hour for the others. */
const AT = `CASE WHEN ${of("round")} < 3 THEN ${of("now")} - 48 * ${HOUR_MS} ELSE ${of("now")} - ${HOUR_MS} END`;

const NAMESPACES = [
  `INSERT OR IGNORE INTO namespaces (name, seq, created_by, created_at)
   ${NUMBERS} SELECT CASE i WHEN 0 THEN 'big' WHEN 1 THEN 'emptied' ELSE printf('ns-%05d', i - 2) END,
     i + 1, 'bench', 0 FROM numbers`,
  `INSERT INTO revisions (seq, kind, namespace, name, action, principal, at)
   ${NUMBERS} SELECT i + 1, 'namespace', '',
     CASE i WHEN 0 THEN 'big' WHEN 1 THEN 'emptied' ELSE printf('ns-%05d', i - 2) END,
     'create', 'bench', ${of("now")} - 48 * ${HOUR_MS} FROM numbers`,
];
const REVISIONS = `INSERT INTO revisions (seq, kind, namespace, name, action, etag, definition, principal, at)
  ${NUMBERS} SELECT ${of("namespaces")} + ${of("round")} * ${of("assets")} + i + 1, 'asset', ${NAMESPACE}, ${NAME},
    CASE ${of("round")} WHEN 0 THEN 'create' ELSE 'update' END, ${of("etag")}, ${definitionOf(NAMESPACE, NAME)},
    printf('ci-%04d', i % 1000), ${AT} FROM numbers`;
const ASSETS = `INSERT INTO assets (namespace, name, seq, created_seq, etag, definition, created_by, updated_at)
  ${NUMBERS} SELECT ${NAMESPACE}, ${NAME}, ${of("namespaces")} + ${ROUNDS - 1} * ${of("assets")} + i + 1,
    ${of("namespaces")} + i + 1, ${of("etag")}, ${definitionOf(NAMESPACE, NAME)}, 'bench', ${of("now")} FROM numbers`;
/** Every tenth was deleted two days ago: the sweep takes those. */
const TOMBSTONES = `INSERT INTO assets (namespace, name, seq, created_seq, etag, definition, created_by, updated_at, deleted)
  ${NUMBERS} SELECT 'emptied', ${NAME}, 1, 1, ${of("etag")}, ${definitionOf("'emptied'", NAME)}, 'bench',
    ${of("now")} - CASE i % 10 WHEN 0 THEN 48 * ${HOUR_MS} ELSE 0 END, 1 FROM numbers`;
const KEYS = `INSERT INTO api_keys (digest, name, seq, grants, created_by, created_at, expires_at, revoked_at)
  ${NUMBERS} SELECT printf('%064x', i), printf('key-%05d', i), i, '["view@default"]', 'bench', i, NULL, NULL FROM numbers`;
/** Rotated again and again, or left to expire: none of them lives. */
const ENDED_KEYS = `INSERT INTO api_keys (digest, name, seq, grants, created_by, created_at, expires_at, revoked_at)
  ${NUMBERS} SELECT printf('e%063x', i), 'rotated', i, '["view@default"]', 'bench', i, i + 1,
    CASE i % 2 WHEN 0 THEN i + 1 END FROM numbers`;
const EXPIRED = [
  `INSERT INTO sessions (id, refresh_id, key_digest, expires_at) ${NUMBERS} SELECT printf('%d', i), 'r', 'd', i FROM numbers`,
  `INSERT INTO plans (id, part, namespace, body, expires_at) ${NUMBERS} SELECT printf('%d', i), 0, 'default', '{}', i FROM numbers`,
];

/** Fills the stores of a server, whose tables are there. */
export async function fillStore(server: Server, size: StoreSize): Promise<void> {
  const { namespaces, assets, tombstones, keys } = size;
  const common = {
    ...size,
    ...(await template()),
    scattered: scatteredOver(size),
    now: Date.now(),
    round: 0,
  };
  const make = async (what: string, count: number, sql: readonly string[], more: object = {}) => {
    progress(`filling: ${count.toLocaleString("en")} ${what}`);
    for (let from = 0; from < count; from += STEP) {
      const json = JSON.stringify({ ...common, ...more, from, to: Math.min(count, from + STEP) });
      await load(server, { sql, json });
    }
  };
  await make("namespaces", namespaces - 1, NAMESPACES);
  for (let round = 0; round < ROUNDS; round += 1) await make("commits", assets, [REVISIONS], { round });
  await make("assets", assets, [ASSETS]);
  await make("tombstones", tombstones, [TOMBSTONES]);
  await make("keys", keys, [KEYS]);
  await make("ended keys", Math.ceil(keys / 4), [ENDED_KEYS]);
  await make("expired sessions and plans", keys, EXPIRED);
  const seq = commitsOf(size);
  await load(server, {
    sql: [
      `UPDATE meta SET seq = ${seq}`,
      `UPDATE namespaces SET seq = ${seq} WHERE name = 'big'`,
      `UPDATE retention SET walked = ${agedSeq(size)}`,
    ],
  });
}

/** One definition as our writer stores it, with `%NAMESPACE%` and `%NAME%` where these stand. */
async function template(): Promise<{ etag: string; template: string }> {
  const made = await makeAssets("of-the-template", 50);
  const [asset] = made.filter(({ expressions }) => expressions === null).toSorted(bySize);
  if (asset === undefined) throw new Error("every definition has two forms");
  const { etag, definition, name, namespace } = asset;
  const text = definition.replaceAll(JSON.stringify(name), '"%NAME%"');
  return { etag, template: text.replaceAll(JSON.stringify(namespace), '"%NAMESPACE%"') };
}

function bySize(one: { definition: string }, other: { definition: string }): number {
  return one.definition.length - other.definition.length;
}
