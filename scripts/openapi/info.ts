/** What stands at the head of the description. */
export const INFO = {
  title: "Edge Assets",
  version: "0.1.0",
  license: { name: "MIT", identifier: "MIT" },
  description: [
    "The Sensu Go Assets API, served from the data centre next to the client.",
    "**Credentials.** `Authorization: Bearer <access token or API key>` or `Authorization: Key <API key>`, the scheme in any letter case. A credential carries grants, `role@namespace` or `role@namespace/name-glob`, `*` for all: `view` reads, `edit` also writes, `admin` also manages namespaces, keys and the audit. Paths without a namespace need a grant for `*`.",
    '**Errors** are always `{"message": "...", "code": n}` with Sensu\'s codes and carry `X-Request-Id`. A path that is not described here is 404; a method that a path does not have is 405 with `Allow`.',
    "**HEAD** works wherever GET does, with the same status and headers and no body.",
    "**Names** in paths are percent-encoded: `sensu%2Fhttp-checks`. Under `/api/core/v2` raw slashes are taken as well; a raw slash at the end of a path is 404.",
    "**Freshness.** Callers who may write get the newest; others are answered from copies near them, never older than three minutes after a write was acknowledged. `X-Cache` and `Age` say where an answer came from and how old it is; `Cache-Control: no-cache` asks for the newest. While the database is down, what is known is served for a day (`X-Cache: STALE`), and what is not known is 503, never 404; an API key may then only read, unless the operator turned that off.",
    "**Pages.** Lists that go on carry `Sensu-Continue`: send it, unchanged, as `continue` of the next request.",
    "**Writes.** Every write is an immutable revision. `X-Reason` or `reason` says why. `If-Match` and `If-None-Match` make them conditional.",
  ].join("\n\n"),
};

/** Operations by their ids, in the order in which a newcomer tries them: each works with its examples as they stand. */
export const START_HERE = ["replaceAsset", "getAsset", "listAssets", "lintAsset"];

/** How callers say who they are. */
export const SECURITY_SCHEMES = {
  bearer: {
    type: "http",
    scheme: "bearer",
    description:
      "An access token (a JWT from `/auth`, `npm run token` or the configured issuer) or an API key. The role listed with an operation is what its grants must give.",
  },
  key: {
    type: "apiKey",
    in: "header",
    name: "Authorization",
    description: "An API key after the word Key, as Sensu's clients send it: `Key sak_...`.",
  },
  basic: {
    type: "http",
    scheme: "basic",
    description: "At `/auth` only: the name of an API key and the key.",
  },
};
