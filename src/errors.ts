import { excerpt } from "./lib/excerpt.ts";

/** Characters of a name that an error repeats: any name that is one. */
const NAME_CHARACTERS = 255;

/** What can go wrong, in Sensu's words (contract §2.3). `http/respond.ts` alone knows the status of each. */
export type ErrorKind =
  | "internal"
  | "invalidArgument"
  | "notFound"
  | "gone"
  | "alreadyExists"
  | "conflict"
  | "permissionDenied"
  | "unauthenticated"
  | "preconditionFailed"
  | "methodNotAllowed"
  | "tooLarge"
  | "rangeNotSatisfiable"
  | "unsupportedEncoding"
  | "upgradeRequired"
  | "tooManyRequests"
  | "unavailable";

/** An answer that is not a success. Its message is for the client; its cause is for the log. */
export class ApiError extends Error {
  readonly kind: ErrorKind;
  readonly headers: Readonly<Record<string, string>>;
  /** Further members of the body, for programs. */
  readonly members: Readonly<Record<string, string>>;
  /** What our own API says in place of the message where that is Sensu's and names nothing; null: the message. */
  readonly detail: string | null;

  constructor(
    kind: ErrorKind,
    message: string,
    options: {
      cause?: unknown;
      headers?: Record<string, string>;
      members?: Record<string, string>;
      detail?: string | null;
    } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = "ApiError";
    this.kind = kind;
    this.headers = options.headers ?? {};
    this.members = options.members ?? {};
    this.detail = options.detail ?? null;
  }

  /** The same error with its detail as the message. */
  named(): ApiError {
    const { kind, message, detail, headers, members } = this;
    return new ApiError(kind, detail ?? message, { cause: this, headers, members });
  }
}

/** What an error goes back to: the cause of an answer, or the error itself. For the log. */
export function rootCause(error: unknown): unknown {
  let root = error;
  while (root instanceof ApiError && root.cause !== undefined) root = root.cause;
  return root;
}

/** What D1 says of tables and columns that a migration makes. */
const NOT_MIGRATED = /no such (?:table|column)|has no column named/;

/** What an error says, for the log; where migrations are missing, with the command that applies them. */
export function withRemedy(said: string): string {
  if (!NOT_MIGRATED.test(said)) return said;
  return `the database lacks migrations: run npx wrangler d1 migrations apply DB --remote, or npm run deploy; ${said}`;
}

/** A 400 with this message. */
export function invalid(message: string): ApiError {
  return new ApiError("invalidArgument", message);
}

/** A 503 that says after how many seconds to try again; the cause is for the log alone. */
export function unavailable(message: string, retryAfterSeconds: number, cause?: unknown): ApiError {
  return new ApiError("unavailable", message, {
    cause,
    headers: { "Retry-After": String(retryAfterSeconds) },
  });
}

/** The 503 of whatever only the database can say or do. */
export function databaseUnavailable(cause?: unknown): ApiError {
  return unavailable("the database does not answer; try again", 5, cause);
}

/** Sensu's one text for whatever the caller's grants do not cover. */
export function denied(): ApiError {
  return new ApiError("permissionDenied", "unauthorized to perform action");
}

/** Sensu's one text for whatever is not there; `detail` names it on our own API. */
export function notFound(detail: string | null = null): ApiError {
  return new ApiError("notFound", "not found", { detail });
}

/** No asset of this name. */
export function noAsset({
  namespace,
  name,
}: {
  readonly namespace: string;
  readonly name: string;
}): ApiError {
  return notFound(`no asset named ${excerpt(name, NAME_CHARACTERS)} in namespace ${namespace}`);
}

/** No key of this name. */
export function noKey(name: string): ApiError {
  return notFound(`no key named ${excerpt(name, NAME_CHARACTERS)}`);
}

/** No namespace of this name. */
export function noNamespace(namespace: string): ApiError {
  return notFound(`no namespace named ${excerpt(namespace, NAME_CHARACTERS)}`);
}

/** The 404 of a write, a set or a feed whose namespace does not exist (design: HTTP). */
export function namespaceMissing(namespace: string): ApiError {
  return new ApiError("notFound", `the namespace ${namespace} does not exist`);
}
