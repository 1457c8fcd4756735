/** What a 401 asks for: a scheme and, where it can be known without a look-up, what was wrong with the request. */
interface Challenge {
  readonly scheme: "Bearer" | "Basic";
  /** `invalid_token` where there was a credential; left out where there was none (RFC 6750 §3.1). */
  readonly error?: "invalid_token";
  /** What to send. ASCII without quotes and backslashes (RFC 6750 §3), so it needs no escapes. */
  readonly description?: string;
}

/** The value of a `WWW-Authenticate` header (RFC 9110 §11.6.1, RFC 6750 §3). */
export function challenge({ scheme, error, description }: Challenge): string {
  const parameters = [
    'realm="sensu"',
    ...(error === undefined ? [] : [`error="${error}"`]),
    ...(description === undefined ? [] : [`error_description="${description}"`]),
  ];
  return `${scheme} ${parameters.join(", ")}`;
}
