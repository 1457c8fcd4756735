// How the commands that manage a deployment reach it: its URL and a credential, both from the environment.

/** A deployment and how to ask it. */
export interface Deployment {
  readonly url: string;
  readonly ask: (method: string, path: string, body?: unknown) => Promise<Response>;
}

/** `SENSU_API_URL`, and `SENSU_TOKEN` or `SENSU_API_KEY`; never from the command line, where others see it. */
export function deploymentOf(environment: NodeJS.ProcessEnv): Deployment {
  const url = (environment["SENSU_API_URL"] ?? "http://127.0.0.1:8080").replace(/\/$/, "");
  const token = environment["SENSU_TOKEN"];
  const key = environment["SENSU_API_KEY"];
  if (token === undefined && key === undefined) {
    throw new Error("set SENSU_TOKEN (npm start prints one) or SENSU_API_KEY in the environment");
  }
  const credential = token === undefined ? `Key ${key}` : `Bearer ${token}`;
  return {
    url,
    ask: (method, path, body) =>
      fetch(`${url}${path}`, {
        method,
        headers: { Authorization: credential },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }).catch((error: unknown) => {
        const cause = error instanceof Error ? (error.cause ?? error) : error;
        throw new Error(`${url} does not answer: ${String(cause)}; set SENSU_API_URL to the server's URL`);
      }),
  };
}

/** The JSON of an answer, or an error with what the server said and what to do. */
export async function answered(response: Response): Promise<unknown> {
  const text = await response.text();
  if (response.ok) return text === "" ? null : JSON.parse(text);
  const hint = HINTS[response.status] ?? "";
  throw new Error(`${response.status}: ${messageOf(text)}${hint}`);
}

const HINTS: Record<number, string> = {
  401: "; the credential in SENSU_TOKEN or SENSU_API_KEY is not good here",
  403: "; the credential's grants are not enough for this",
};

function messageOf(text: string): string {
  try {
    const { message } = JSON.parse(text) as { message?: unknown };
    return typeof message === "string" ? message : text;
  } catch {
    return text.slice(0, 200);
  }
}

/** Rows in columns, two spaces apart. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows)
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, cell.length);
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join("  ")
          .trimEnd()}\n`,
    )
    .join("");
}

/** Seconds of `90s`, `15m`, `12h`, `30d`. */
export function seconds(text: string, option: string): number {
  const match = /^(\d{1,9})([smhd])$/.exec(text);
  const unit = { s: 1, m: 60, h: 3_600, d: 86_400 }[match?.[2] ?? ""];
  if (match === null || unit === undefined)
    throw new Error(`${option} "${text}": use a number and s, m, h or d, as in 90d`);
  return Number(match[1]) * unit;
}
