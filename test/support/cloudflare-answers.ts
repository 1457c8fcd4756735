// Cloudflare's answers: an envelope with a result or an error.
import type { IncomingMessage } from "node:http";

export interface Answer {
  readonly status: number;
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string };
}

export interface Call {
  readonly route: string;
  readonly ids: readonly string[];
  readonly url: URL;
  readonly body: Buffer;
  readonly request: IncomingMessage;
}

export function ok(result: unknown): Answer {
  return { status: 200, result };
}

export function refuse(status: number, code: number, message: string): Answer {
  return { status, error: { code, message } };
}

/** The part of a list that a page is. */
export function pageOf(all: readonly object[], { searchParams }: URL): Answer {
  const size = Number(searchParams.get("per_page") ?? 20);
  const start = size * (Number(searchParams.get("page") ?? 1) - 1);
  return ok(all.slice(start, start + size));
}

export const NO_WORKER = refuse(404, 10007, "This Worker does not exist on your account.");
