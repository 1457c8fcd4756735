// What is asked of a store of which there is much, and what it may read for that.
import { continueToken } from "../../../src/http/pagination.ts";
import { assetPath } from "../requests.ts";
import { agedSeq, assetAt, commitsOf, type StoreSize } from "./store.ts";

export interface Sent {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export interface Operation {
  readonly name: string;
  /** What the n-th of its requests is; the cron is run in place of a request. */
  readonly request: ((n: number) => Sent) | "cron";
  readonly status: number;
  /** What its sender may do; everything unless there is a reason. */
  readonly grants?: string;
  /** Statements that put the store into the state that each run needs. */
  readonly before?: readonly string[];
  /** How many requests are made; 5 unless it can be done only once. */
  readonly times?: number;
  /** Rows that one of its statements may read whatever it returns; 100 unless there is a reason. */
  readonly constant?: number;
}

const EDGE = "/api/edge/v1";
const NAMESPACES = "/api/core/v2/namespaces";
const NEWEST = { "Cache-Control": "no-cache" };

/** Everything that a client or the cron can have the database do. */
export function operationsOn(size: StoreSize): readonly Operation[] {
  const asset = (n: number) => assetAt((n * 7_919) % size.assets, size);
  const inBig = (n: number) => assetAt(size.assets - 1 - ((n * 7_919) % Math.floor(size.assets / 2)), size);
  const middle = assetAt(Math.floor(size.assets * 0.75), size).name;
  const last = commitsOf(size);
  const body = ({ name, namespace }: { name: string; namespace: string }, version: number) => ({
    metadata: { name, namespace },
    url: `https://assets.example.com/${name}_${version}.tar.gz`,
    sha512: "0f".repeat(64),
    filters: ["entity.system.os == 'linux'"],
  });
  const get =
    (path: (n: number) => string): Operation["request"] =>
    (n) => ({
      method: "GET",
      path: path(n),
      headers: NEWEST,
    });
  const edge = ({ namespace, name }: { namespace: string; name: string }) =>
    `${EDGE}/namespaces/${namespace}/assets/${name}`;
  const fresh = (n: number) => ({ namespace: "big", name: `fresh-${n}` });
  const reads: readonly (readonly [string, (n: number) => string])[] = [
    ["GET, newest", (n) => assetPath(asset(n))],
    [
      "list, a page of 50 in the middle",
      () => `${NAMESPACES}/big/assets?limit=50&continue=${continueToken(middle)}`,
    ],
    ["list, a whole small namespace", (n) => `${NAMESPACES}/${assetAt(n, size).namespace}/assets`],
    ["list of an emptied namespace", () => `${NAMESPACES}/emptied/assets?limit=50`],
    [
      "list of all, a page of 50 in the middle",
      () => `/api/core/v2/assets?limit=50&continue=${continueToken(`emptied/${middle}`)}`,
    ],
    ["list of namespaces, a page of 50", () => `${NAMESPACES}?limit=50`],
    ["resolve", (n) => `${edge(inBig(n))}/resolve?os=linux&arch=amd64`],
    ["revisions of an asset", (n) => `${edge(asset(n))}/revisions`],
    ["diff of two commits", (n) => `${edge(asset(n))}/diff?to=${last}`],
    ["an asset at a commit", (n) => `${edge(asset(n))}?at=${last}`],
    ["audit of everything", () => `${EDGE}/audit`],
    ["audit, a page in the middle", () => `${EDGE}/audit?from=2020-01-01T00:00:00Z&limit=100`],
    ["audit of a principal", (n) => `${EDGE}/audit?principal=ci-${String(n).padStart(4, "0")}`],
    ["audit of a namespace", () => `${EDGE}/namespaces/big/audit`],
    ["changes of everything", () => `${EDGE}/changes`],
    ["changes of a namespace", (n) => `${EDGE}/changes?namespace=${assetAt(n, size).namespace}`],
    ["changes since now", () => `${EDGE}/changes?since=now`],
    ["list of keys", () => `${EDGE}/keys?limit=50`],
    ["GET of a key that was rotated often", () => `${EDGE}/keys/rotated`],
  ];
  return [
    ...reads.map(([name, path]): Operation => ({ name, request: get(path), status: 200 })),
    { name: "GET of an absent asset", request: get((n) => assetPath(fresh(n + 1_000_000))), status: 404 },
    {
      name: "PUT that creates",
      request: (n) => ({ method: "PUT", path: assetPath(fresh(n)), body: body(fresh(n), 0) }),
      status: 201,
    },
    {
      name: "PUT that updates",
      request: (n) => ({ method: "PUT", path: assetPath(fresh(0)), body: body(fresh(0), n + 1) }),
      status: 201,
    },
    {
      name: "DELETE",
      request: (n) => ({ method: "DELETE", path: assetPath(fresh(n)) }),
      status: 204,
    },
    {
      name: "plan of 50",
      request: (n) => ({
        method: "POST",
        path: `${EDGE}/namespaces/big/plan`,
        body: Array.from({ length: 50 }, (_, at) => body(inBig(n * 50 + at), n)),
      }),
      status: 200,
    },
    {
      name: "plan that prunes an emptied namespace",
      request: (n) => ({
        method: "POST",
        path: `${EDGE}/namespaces/emptied/plan?prune=true`,
        body: [body({ namespace: "emptied", name: "first" }, n)],
      }),
      status: 200,
    },
    {
      name: "apply of 50",
      request: (n) => ({
        method: "POST",
        path: `${EDGE}/namespaces/big/apply`,
        body: Array.from({ length: 50 }, (_, at) => body(inBig(n * 50 + at), n)),
      }),
      status: 200,
    },
    {
      name: "namespace, made",
      request: (n) => ({ method: "PUT", path: `${NAMESPACES}/made-${n}`, body: { name: `made-${n}` } }),
      status: 201,
    },
    {
      name: "namespace, deleted",
      request: (n) => ({ method: "DELETE", path: `${NAMESPACES}/made-${n}` }),
      status: 204,
    },
    {
      name: "namespace that was emptied, deleted",
      request: () => ({ method: "DELETE", path: `${NAMESPACES}/emptied` }),
      status: 204,
      times: 1,
    },
    {
      name: "namespace with an asset, not deleted",
      request: () => ({ method: "DELETE", path: `${NAMESPACES}/big` }),
      status: 400,
    },
    {
      name: "key, made",
      request: (n) => ({
        method: "POST",
        path: `${EDGE}/keys`,
        body: { name: `made-${n}`, grants: ["view@big"] },
      }),
      status: 201,
    },
    {
      name: "key, rotated",
      request: (n) => ({ method: "POST", path: `${EDGE}/keys/made-${n}/rotate`, body: {} }),
      status: 201,
    },
    {
      name: "key, revoked",
      request: (n) => ({ method: "DELETE", path: `${EDGE}/keys/made-${n}` }),
      status: 204,
    },
    {
      name: "key of a name with many ended ones, rotated",
      request: () => ({ method: "POST", path: `${EDGE}/keys/rotated/rotate`, body: {} }),
      status: 201,
      before: ["UPDATE api_keys SET revoked_at = NULL, expires_at = NULL WHERE digest = printf('e%063x', 0)"],
    },
    {
      name: "cron that sweeps, prunes and forgets",
      request: "cron",
      status: 200,
      before: [`UPDATE retention SET walked = ${agedSeq(size) - size.assets}`],
      // Forgetting looks at 1,000 commits in a step, and at the newest two of each name among them, once to note and
      // once to delete.
      constant: 10_000,
    },
    {
      name: "cron with nothing to do",
      request: "cron",
      status: 200,
      before: [
        "DELETE FROM sessions",
        "DELETE FROM plans",
        "DELETE FROM assets WHERE deleted = 1 AND updated_at < 1000 * unixepoch('now', '-1 day')",
        `UPDATE retention SET walked = ${agedSeq(size)}`,
      ],
    },
  ];
}
