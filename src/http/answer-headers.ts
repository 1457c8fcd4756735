import type { Header, Reference } from "./openapi.ts";

type HeaderDescription = Omit<Header, "required">;

const text = { type: "string" };
const count = { type: "string", pattern: "^\\d+$" };

/** Response headers by name. */
const HEADERS: Readonly<Record<string, HeaderDescription>> = {
  "Cache-Control": {
    description:
      "Nothing in between may answer from what it has stored without asking; tokens must not be stored at all.",
    schema: { type: "string", enum: ["private, no-cache", "no-store"] },
  },
  "X-Content-Type-Options": { description: "The type is what it says.", schema: { const: "nosniff" } },
  "X-Request-Id": {
    description: "What to quote when asking about this answer: the log knows it.",
    schema: text,
    example: "8f14e45f-ceea-467f-a1c2-2f3f9d1f6d8b",
  },
  ETag: {
    description: "The tag of this representation, for If-Match and If-None-Match.",
    schema: { type: "string", pattern: '^"[0-9a-f]{16}"$' },
    example: '"25e01b962045f4f5"',
  },
  Location: {
    description: "Where the new thing is.",
    schema: { type: "string", pattern: "^/api/" },
    example: "/api/core/v2/namespaces/default/assets/my-secure-asset",
  },
  "Sensu-Continue": {
    description: "There is more: send this as `continue` of the next request. Absent on the last page.",
    schema: { type: "string", pattern: "^[\\w.-]{1,1000}$" },
    example: "bXktc2VjdXJlLWFzc2V0AA",
  },
  Vary: {
    description: "The form of the filters was chosen by the client's User-Agent.",
    schema: { const: "User-Agent" },
  },
  "X-Cache": {
    description:
      "Where the answer came from. STALE: the database does not answer, and this was true within the last 24 hours.",
    schema: { type: "string", enum: ["MEMORY", "KV", "D1", "STALE"] },
    example: "MEMORY",
  },
  Age: { description: "Seconds since this was last known to be true.", schema: count, example: "12" },
  "Server-Timing": {
    description: "Milliseconds waited for KV and D1, when either was asked.",
    schema: text,
    example: "kv;dur=3, d1;dur=14",
  },
  Warning: { description: "Only with X-Cache: STALE.", schema: { const: '110 - "Response is Stale"' } },
  "Retry-After": { description: "Seconds to wait before asking again.", schema: count, example: "5" },
  "WWW-Authenticate": {
    description:
      "Which credential is asked for. Where there was none, or one that is malformed, `error_description` says what to send (RFC 6750 §3).",
    schema: {
      type: "string",
      pattern:
        '^(Bearer|Basic) realm="sensu"(, error="invalid_token")?(, error_description="[ !#-\\[\\]-~]+")?$',
    },
    example: 'Bearer realm="sensu"',
  },
  "Accept-Encoding": { description: "What a body may be encoded as.", schema: { const: "identity" } },
  Upgrade: {
    description: "The protocol to use; what stands in between may drop it.",
    schema: { const: "HTTP/1.1" },
  },
  Allow: { description: "The methods of this path.", schema: text, example: "GET, HEAD, POST" },
  "X-Seq": {
    description:
      "The last commit to the namespace that the answer has seen. A header, since it grows with commits that leave the answer as it is. Absent where assets were read one by one, and for a grant with a name glob.",
    schema: count,
    example: "41",
  },
  "X-Lint-Warnings": {
    description:
      "How many findings lint has in what was sent, members that no asset has among them. `POST /api/edge/v1/lint` names them.",
    schema: count,
    example: "1",
  },
  "X-Unchanged": {
    description: "Nothing was written, or with `dry_run=true` would be: the asset is what was asked for.",
    schema: { const: "true" },
  },
  "Preference-Applied": {
    description: "The body is the stored asset, as asked for with Prefer.",
    schema: { const: "return=representation" },
  },
  "X-Archive-State": {
    description:
      "What is known of the archive, up to about a minute late; docs/archives.md says what each state means. Absent where that could not be asked.",
    schema: {
      type: "string",
      enum: [
        "unknown",
        "ok",
        "wrong_digest",
        "not_an_archive",
        "gone",
        "refused",
        "unreachable",
        "too_large",
        "not_checkable",
      ],
    },
    example: "ok",
  },
  "X-Asset-Sha512": {
    description: "What the archive must hash to, in hexadecimal.",
    schema: { type: "string", pattern: "^[0-9a-fA-F]{128}$" },
  },
  Digest: {
    description: "The same as RFC 3230 has it.",
    schema: { type: "string", pattern: "^sha-512=[A-Za-z0-9+/=]+$" },
  },
  "Content-Security-Policy": { description: "The page loads nothing from elsewhere.", schema: text },
  "Referrer-Policy": {
    description: "Links from the page do not say where they were followed.",
    schema: text,
  },
};

const OPTIONAL = ".optional";

/** References to headers by name, for an answer; a name with `?` need not be there. */
export function headers(...names: readonly string[]): Record<string, Reference> {
  return Object.fromEntries(
    names.map((spelled) => {
      const name = spelled.replace("?", "");
      if (HEADERS[name] === undefined) throw new Error(`src/http/answer-headers.ts has no header ${name}`);
      return [name, { $ref: `#/components/headers/${spelled.replace("?", OPTIONAL)}` }];
    }),
  );
}

/** What the references of `headers` refer to. */
export function allHeaders(): Record<string, Header> {
  return Object.fromEntries(
    Object.entries(HEADERS).flatMap(([name, header]) => [
      [name, { ...header, required: true }],
      [name + OPTIONAL, { ...header, required: false }],
    ]),
  );
}
