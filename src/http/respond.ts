import { ApiError, type ErrorKind } from "../errors.ts";
import { onCurrentAccount } from "../observability/account.ts";
import { quoteJson } from "../go-json/json.ts";

/** The only place where a status is chosen. Codes are Sensu's (contract §2.3). */
const STATUS = {
  internal: { status: 500, code: 0 },
  invalidArgument: { status: 400, code: 1 },
  notFound: { status: 404, code: 2 },
  gone: { status: 410, code: 2 },
  alreadyExists: { status: 409, code: 3 },
  conflict: { status: 409, code: 7 },
  permissionDenied: { status: 403, code: 4 },
  unauthenticated: { status: 401, code: 5 },
  preconditionFailed: { status: 412, code: 7 },
  methodNotAllowed: { status: 405, code: 1 },
  tooLarge: { status: 413, code: 1 },
  rangeNotSatisfiable: { status: 416, code: 1 },
  unsupportedEncoding: { status: 415, code: 1 },
  upgradeRequired: { status: 426, code: 1 },
  tooManyRequests: { status: 429, code: 9 },
  unavailable: { status: 503, code: 0 },
} satisfies Record<ErrorKind, { status: number; code: number }>;

const JSON_TYPE = "application/json";

/** Headers of every answer: without Cache-Control, what stands in front may keep a 200 for hours. */
export const COMMON = {
  "Cache-Control": "private, no-cache",
  "Content-Type": JSON_TYPE,
};

/** Text that echoes client input could be sniffed as HTML. */
const NOSNIFF = { "X-Content-Type-Options": "nosniff" };

/** Headers of a body for people and shells, beside the common ones. */
export const TEXT = { ...NOSNIFF, "Content-Type": "text/plain; charset=utf-8" };

/** A JSON body that is already text; `headers` are added to the common ones. */
export function json(
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
  status = 200,
): Response {
  return new Response(body, { status, headers: { ...COMMON, ...headers } });
}

/** An answer without a body, as Sensu gives to writes: an empty body with a JSON type. */
export function empty(status: 200 | 201 | 204 | 304, headers: Record<string, string> = {}): Response {
  return new Response(null, { status, headers: { ...COMMON, ...headers } });
}

/** A body for people and shells. */
export function text(body: string, headers: Record<string, string> = {}): Response {
  return new Response(body, {
    headers: { ...COMMON, ...TEXT, ...headers },
  });
}

/** Bytes that come from elsewhere, or (to HEAD) what is said of them. Their length is in the headers. */
export function binary(
  body: ReadableStream<Uint8Array> | null,
  headers: Record<string, string>,
  status: 200 | 206,
): Response {
  return new Response(body, { status, headers: { ...COMMON, ...NOSNIFF, ...headers } });
}

/** 302 to a place that need not be ours. */
export function redirect(location: string, headers: Record<string, string>): Response {
  return new Response(null, { status: 302, headers: { ...COMMON, ...headers, Location: location } });
}

/** A redirect to another path of ours: by 301 where a client may go on with GET, else by 308, which keeps method and body. */
export function movedTo(location: string, method: string): Response {
  const status = method === "GET" || method === "HEAD" ? 301 : 308;
  return new Response(null, { status, headers: { ...COMMON, Location: location } });
}

/** How the streams of answers end: null for well, or with the error that broke them. */
const streamEnds = new WeakMap<Response, Promise<{ readonly error: unknown } | null>>();

/** How a streamed answer has ended; undefined for an answer whose body was whole from the start. */
export function streamEnd(response: Response): Promise<{ readonly error: unknown } | null> | undefined {
  return streamEnds.get(response);
}

/** A body that is written as it is made. A failure on the way breaks the connection: what was sent is not the whole. */
export function stream(parts: AsyncIterator<string>, contentType: string): Response {
  const encoder = new TextEncoder();
  const { promise: end, resolve: ended } = Promise.withResolvers<{ readonly error: unknown } | null>();
  const next = onCurrentAccount(() => parts.next());
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await next();
        if (done !== true) return controller.enqueue(encoder.encode(value));
        ended(null);
        controller.close();
      } catch (error) {
        ended({ error });
        throw error;
      }
    },
    async cancel() {
      ended(null);
      await parts.return?.();
    },
  });
  const response = new Response(body, { headers: { ...COMMON, ...NOSNIFF, "Content-Type": contentType } });
  streamEnds.set(response, end);
  return response;
}

/** The answer to an error: Sensu's `{"message","code"}`. A 5xx says no more than its request id. */
export function failure(error: unknown, requestId: string): Response {
  if (error instanceof ApiError) return preparedFailure(error)(requestId);
  const opaque = new ApiError("internal", `internal error occurred; request id ${requestId}`);
  return preparedFailure(opaque)(requestId);
}

/** The same for an error that many requests meet: all but the request id is made once. */
export function preparedFailure({
  kind,
  message,
  headers,
  members,
}: ApiError): (requestId: string) => Response {
  const { status, code } = STATUS[kind];
  const more = Object.entries(members).map(([name, value]) => `,${quoteJson(name)}:${quoteJson(value)}`);
  const body = `{"message":${quoteJson(message)},"code":${code}${more.join("")}}`;
  const all = { ...COMMON, ...headers };
  return (requestId) => new Response(body, { status, headers: { ...all, "X-Request-Id": requestId } });
}

/** Whether this error ends in a 5xx and so belongs in the log. */
export function isServerFault(error: unknown): boolean {
  return !(error instanceof ApiError) || STATUS[error.kind].status >= 500;
}

/** The form of CF-Ray: an id of 64 bits and, mostly, the data centre. */
const RAY = /^[\da-f]{16}(?:-[A-Z]{3})?$/i;

/** What a request goes by in the log and in errors: Cloudflare's name for it, else one of ours. */
export function requestIdOf(request: Request): string {
  const ray = request.headers.get("CF-Ray") ?? "";
  return RAY.test(ray) ? ray : crypto.randomUUID();
}
