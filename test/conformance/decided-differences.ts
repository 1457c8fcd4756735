/** One recorded exchange with the real server. */
export interface Recorded {
  readonly suite: string;
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly headers: readonly (readonly [string, string])[];
    readonly body: string | null;
  };
  readonly response: {
    readonly status: number | null;
    readonly headers: readonly (readonly [string, string])[];
    readonly body: string | null;
  };
}

/** A point in which this server differs on purpose: where it applies, and what then must hold instead. */
interface Difference {
  readonly name: string;
  readonly applies: (row: Recorded, diverged: ReadonlySet<string>) => boolean;
  readonly holds: (row: Recorded, status: number, body: string) => boolean;
}

const stored = (_: Recorded, status: number) => status === 200 || status === 201;
const refused = (_: Recorded, status: number, body: string) => status === 400 && body.endsWith('"code":1}');
const isWrite = ({ request }: Recorded) => request.method === "POST" || request.method === "PUT";
const recordedStatus = ({ response }: Recorded) => response.status ?? 0;
const contentType = ({ request }: Recorded) =>
  request.headers.find(([name]) => name.toLowerCase() === "content-type")?.[1];
const query = ({ request }: Recorded) => new URL(request.path, "http://localhost").searchParams;
/** The members of a body that is one JSON object, names in lower case as Go matches them; empty for any other. */
const bodyOf = ({ request }: Recorded): Record<string, unknown> => {
  try {
    const value: unknown = JSON.parse(request.body ?? "");
    if (typeof value !== "object" || value === null || Array.isArray(value)) return {};
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key.toLowerCase(), member]));
  } catch {
    return {};
  }
};
const metadataMissing = (row: Recorded) => (row.response.body ?? "").includes("of the resource ()");

/** design: the table of differences, by rule. The first that applies decides. */
const DIFFERENCES: readonly Difference[] = [
  {
    name: "a compressed body is 415",
    applies: ({ request }) => request.headers.some(([name]) => name.toLowerCase() === "content-encoding"),
    holds: (_, status) => status === 415,
  },
  {
    name: "the body is parsed as JSON whatever its Content-Type",
    applies: (row) => {
      const type = contentType(row);
      return (
        isWrite(row) && (type === undefined || /urlencoded|;;;/.test(type)) && recordedStatus(row) >= 400
      );
    },
    holds: (row, status) => stored(row, status) || status === 409 || status === 412,
  },
  {
    name: "a malformed query is 4xx or ignored, never 5xx",
    applies: (row) => recordedStatus(row) === 500 && (row.response.body ?? "").startsWith("Request exceeded"),
    holds: (_, status) => status < 500,
  },
  {
    name: "wrapped bodies are accepted",
    applies: (row) => isWrite(row) && "spec" in bodyOf(row),
    holds: stored,
  },
  {
    name: "filters may be a map of strings",
    applies: (row) =>
      isWrite(row) &&
      typeof bodyOf(row)["filters"] === "object" &&
      !Array.isArray(bodyOf(row)["filters"]) &&
      recordedStatus(row) === 400,
    holds: (row, status, body) => stored(row, status) || refused(row, status, body),
  },
  {
    name: "a missing namespace or name is taken from the URL",
    applies: (row) => isWrite(row) && metadataMissing(row),
    holds: (row, status, body) => stored(row, status) || refused(row, status, body),
  },
  {
    name: "a build must be an object",
    applies: (row) => row.response.status === null,
    holds: refused,
  },
  {
    name: "a sha512 is exactly 128 hex digits, a url is http, https or a template",
    applies: (row) => isWrite(row) && recordedStatus(row) === 201 && unverifiable(bodyOf(row)),
    holds: refused,
  },
  {
    name: "an unknown namespace on write is 404 code 2",
    applies: (row) => isWrite(row) && recordedStatus(row) === 500,
    holds: (_, status, body) => status === 404 && body.endsWith('does not exist","code":2}'),
  },
  {
    name: "PUT honours conditions",
    applies: (row) => isWrite(row) && row.request.headers.some(([name]) => /^if-(none-)?match$/i.test(name)),
    holds: (_, status) => status === 201 || status === 412,
  },
  {
    name: "POST success is 200",
    applies: (row) =>
      row.request.method === "POST" && (recordedStatus(row) === 201 || recordedStatus(row) === 100),
    holds: (_, status, body) => status === 200 && body === "",
  },
  {
    name: "a bad limit or continue is 400",
    applies: (row) => row.request.method === "GET" && badPage(row),
    holds: refused,
  },
  {
    name: "what a decided difference stored or refused reads differently",
    applies: (row, diverged) =>
      row.request.method === "GET" && diverged.has(/\/assets\/([^?]+)/.exec(row.request.path)?.[1] ?? ""),
    holds: (_, status) => status === 200 || status === 404,
  },
  {
    name: "selectors select",
    applies: (row) => /[?&](label|field)Selector=/.test(row.request.path),
    holds: (_, status) => status === 200 || status === 400,
  },
  {
    name: "an error is {message, code}, keys in this order, without a line end",
    applies: (row) => (row.response.body ?? "") === '{"code":2,"message":"not found"}\n',
    holds: ({ request: { path } }, status, body) =>
      status === 404 &&
      (path.endsWith("/")
        ? /^\{"message":"not found.+","code":2\}$/.test(body)
        : body === '{"message":"not found","code":2}'),
  },
  {
    name: "the cluster-wide list holds what other suites left, and a start outside the namespace stays inside it",
    applies: (row) =>
      row.request.path.startsWith("/api/core/v2/assets") ||
      (query(row).get("continue") ?? "").startsWith("Li4v"),
    holds: (_, status) => status === 200,
  },
];

function unverifiable(body: Record<string, unknown>): boolean {
  const builds = Array.isArray(body["builds"]) ? (body["builds"] as Record<string, unknown>[]) : [];
  if (!("metadata" in body)) return false;
  const archives = builds.length === 0 ? [body] : builds;
  return archives.some(({ url, sha512 }) => {
    const address = typeof url === "string" ? url : "";
    return !/^[0-9a-f]{128}$/i.test(String(sha512)) || !/^https?:\/\/|\{\{.*\}\}/i.test(address);
  });
}

function badPage(row: Recorded): boolean {
  const limit = query(row).get("limit") ?? "";
  const token = query(row).get("continue") ?? "";
  return !/^\+?\d{0,19}$/.test(limit) || !/^[\w-]*$/.test(token);
}

/** The difference that explains this row; null where the answers must be the same. */
export function applyingRule(row: Recorded, diverged: ReadonlySet<string>): Difference | null {
  return DIFFERENCES.find(({ applies }) => applies(row, diverged)) ?? null;
}
