import { isCut } from "./sensuctl-session.ts";
import type { Command, Exchange } from "./sensuctl-transcript.ts";

/** An answer of this server, read. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly continues: boolean;
  readonly body: string;
}

/** Why an answer is not the recorded one: what then must hold for the client all the same (contract §5). */
interface Difference {
  readonly name: string;
  readonly applies: (exchange: Exchange) => boolean;
  readonly holds: (answer: Answer) => boolean;
}

/** Paths of assets, namespaces and login: all that a server of definitions is asked for (contract §5.3). */
const OURS =
  /^\/(?:auth|health|version|api\/core\/v2\/(?:namespaces(?:\/[^/?]+(?:\/assets(?:\/.+)?)?)?|assets))(?:$|[/?])/;

const DIFFERENCES: readonly Difference[] = [
  {
    name: "collections that are not implemented are 404 with code 2",
    applies: ({ path }) => !OURS.test(path),
    holds: ({ status, body }) => status === 404 && /^\{"message":".+","code":2\}$/.test(body),
  },
  {
    name: "POST success is 200",
    applies: ({ method, path, status }) => method === "POST" && path.endsWith("/assets") && status === 201,
    holds: ({ status, body }) => status === 200 && body === "",
  },
  {
    name: "5.11 could not delete assets",
    applies: ({ method, status }) => method === "DELETE" && status === 405,
    holds: ({ status, body }) => status === 204 && body === "",
  },
  {
    name: "selectors select",
    applies: ({ path }) => /(?:label|field)Selector=/.test(path),
    holds: ({ status, body }) => status === 200 && body === "[]",
  },
  {
    name: "a later page holds this server's own assets",
    applies: ({ path, answerBody }) => path.includes("continue=") && isCut(answerBody),
    holds: ({ status, body }) => status === 200 && decodedList(body).length > 0,
  },
  {
    name: "health is this Worker's own",
    applies: ({ path }) => path.startsWith("/health"),
    holds: ({ status, body }) => {
      const health = JSON.parse(body) as { ClusterHealth: { Name: string; Healthy: boolean }[] };
      return status === 200 && health.ClusterHealth.every(({ Healthy }) => Healthy);
    },
  },
  {
    name: "tokens are this server's own",
    applies: ({ path, status }) => path.startsWith("/auth") && status === 200,
    holds: ({ status, body }) => {
      const tokens = JSON.parse(body) as Record<string, unknown>;
      return status === 200 && Object.keys(tokens).join() === "access_token,expires_at,refresh_token";
    },
  },
];

/** The decided difference that explains this exchange; null where the answers must be the same. */
export function applyingDifference(exchange: Exchange): Difference | null {
  return DIFFERENCES.find(({ applies }) => applies(exchange)) ?? null;
}

/** Why a command is not replayed; null when it is. */
export function skipRule(command: Command): string | null {
  return command.exchanges.length === 0 ? "the command made no request" : null;
}

/** An answer in the words of the recorded server: 5.11 knew neither `builds` nor `created_by`. */
export function asServedBy(server: string, body: string): string {
  return server === "511"
    ? body.replaceAll('"builds":null,', "").replaceAll(/,"created_by":"[^"]*"/g, "")
    : body;
}

/** Decodes a list as sensuctl does: an array of objects, none taken for a wrapped one; an empty body is an empty list. */
export function decodedList(body: string): Record<string, unknown>[] {
  const items = JSON.parse(body === "" ? "[]" : body) as Record<string, unknown>[];
  if (!Array.isArray(items)) throw new Error("not a list");
  for (const item of items) {
    if (typeof item !== "object" || item === null || ("type" in item && "spec" in item)) {
      throw new Error(`not an unwrapped object: ${JSON.stringify(item)}`);
    }
  }
  return items;
}
