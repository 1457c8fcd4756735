/** An `Authorization` header, split at its first space. */
export interface Authorization {
  /** In lower case: schemes are case-insensitive (RFC 9110 §11.1). Empty when the header names none. */
  readonly scheme: string;
  readonly credential: string;
}

/** Reads an `Authorization` header; the credential is whatever follows the scheme. */
export function readAuthorization(header: string): Authorization {
  const space = header.indexOf(" ");
  if (space === -1) return { scheme: "", credential: header };
  return { scheme: header.slice(0, space).toLowerCase(), credential: header.slice(space + 1) };
}

/** The `Authorization` header of a request; empty when there is none. */
export function authorizationOf({ headers }: Request): Authorization {
  return readAuthorization(headers.get("Authorization") ?? "");
}
