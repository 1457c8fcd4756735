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
  | "tooManyRequests"
  | "unavailable";

/** An answer that is not a success. Its message is for the client; its cause is for the log. */
export class ApiError extends Error {
  readonly kind: ErrorKind;
  readonly headers: Readonly<Record<string, string>>;
  /** Further members of the body, for programs. */
  readonly members: Readonly<Record<string, string>>;

  constructor(
    kind: ErrorKind,
    message: string,
    options: { cause?: unknown; headers?: Record<string, string>; members?: Record<string, string> } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = "ApiError";
    this.kind = kind;
    this.headers = options.headers ?? {};
    this.members = options.members ?? {};
  }
}

/** A 400 with this message. */
export function invalid(message: string): ApiError {
  return new ApiError("invalidArgument", message);
}

/** Sensu's one text for whatever the caller's grants do not cover. */
export function denied(): ApiError {
  return new ApiError("permissionDenied", "unauthorized to perform action");
}

/** Sensu's one text for whatever is not there. */
export function notFound(): ApiError {
  return new ApiError("notFound", "not found");
}
