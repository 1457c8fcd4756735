import { mutantsOf, type Edit, type Mutant } from "../mutant.ts";

const AUTHENTICATE: readonly Edit[] = [
  {
    means: "our own tokens are refused while an outside issuer is set",
    find: 'alg !== "HS256" && sources.outside !== null && !hasKid(sources, kid)',
    replace: "alg !== undefined && sources.outside !== null",
    missedBefore: true,
  },
  {
    means: "an outside issuer can sign under a key id of our own",
    find: " && !hasKid(sources, kid)",
    replace: "",
    missedBefore: true,
  },
  {
    means: "a key that is not confirmed holds a stream open",
    find: "if (principal?.unconfirmedSeconds !== undefined) throw keyUnconfirmed();",
    replace: "",
  },
  {
    means: "a token with an unencoded payload is taken",
    find: 'if (b64 === false) throw new Error("the token\'s payload is not encoded");',
    replace: "void b64;",
  },
  {
    means: "a token is refused as bad when the issuer's keys cannot be had",
    find: "if (error instanceof ApiError) throw error;\n    return null;",
    replace: "return null;",
  },
  {
    means: "a token once verified is good for ever",
    find: "token.goodUntil * 1000",
    replace: "Infinity",
  },
  {
    means: "the scheme Key takes access tokens",
    find: '(scheme === "bearer" && TOKEN.test(credential))',
    replace: "TOKEN.test(credential)",
  },
  {
    means: "any scheme takes an API key",
    find: 'if (scheme !== "bearer" && scheme !== "key") return BAD_CREDENTIALS;',
    replace: "",
  },
  {
    means: "a refused credential is let through without being counted",
    find: "sources.failures.limit(request, scope.now, (beforeLookup) =>\n        principalOf(request, scope, beforeLookup),\n      );",
    replace: "principalOf(request, scope);",
  },
];

const CREDENTIALS_OF_KEYS: readonly Edit[] = [
  {
    means: "a revoked key is good",
    find: "if (holder.revokedAt !== null) return null;",
    replace: "",
  },
  {
    means: "an expired key is good",
    find: "if (holder.expiresAt !== null && holder.expiresAt <= scope.now) return null;",
    replace: "",
  },
  {
    means: "a key is good at the instant it expires",
    find: "holder.expiresAt <= scope.now",
    replace: "holder.expiresAt < scope.now",
  },
  {
    means: "the use of a key is not noted",
    find: "if (unconfirmedSeconds === null) ring.noteUse(holder, scope);",
    replace: "",
  },
  {
    means: "garbage that looks like a key costs a look-up",
    find: "if (!isApiKey(secret)) return null;",
    replace: "",
  },
  {
    means: "while D1 is down a key keeps all its grants",
    find: "if (unconfirmedSeconds === null) return { name, grants };",
    replace: "if (unconfirmedSeconds === null || grants.length > 0) return { name, grants };",
  },
  {
    means: "while D1 is down a key acts with the roles of its grants, marked as not confirmed",
    find: '({ role: "view", namespace, names }) as const',
    replace: '({ role: grants[0]?.role ?? "view", namespace, names })',
  },
  {
    means: "while D1 is down a key views names that its grants do not cover",
    find: '({ role: "view", namespace, names }) as const',
    replace: '({ role: "view", namespace, names: names === "" ? names : null }) as const',
  },
  {
    means: "a principal does not say that its key is not confirmed",
    find: "return { name, grants: views, unconfirmedSeconds };",
    replace: "return { name, grants: views };",
  },
  {
    means: "the use of a key that is not confirmed is noted, which needs D1",
    find: "if (unconfirmedSeconds === null) ring.noteUse(holder, scope);",
    replace: "ring.noteUse(holder, scope);",
  },
];

const KEY_LOOKUP: readonly Edit[] = [
  {
    means: "a key from a stale copy is taken for a confirmed one",
    find: 'found.tier === "STALE" ? found.ageSeconds : null',
    replace: "found.ageSeconds < 0 ? found.ageSeconds : null",
  },
  {
    means: "every key is taken for one that is not confirmed",
    find: 'found.tier === "STALE" ? found.ageSeconds : null',
    replace: "found.ageSeconds",
  },
];

/** What a key that no store can confirm may do (I7). */
const GUARD: readonly Edit[] = [
  {
    means: "an unconfirmed key is refused writes as if it lacked the grant",
    find: "if (unconfirmedSeconds !== undefined && !READS.has(access)) throw keyUnconfirmed();",
    replace: "",
  },
  {
    means: "an unconfirmed key is let on to routes that write",
    find: 'new Set(["authenticated", "view"])',
    replace: 'new Set(["authenticated", "view", "edit"])',
  },
  {
    means: "an unconfirmed key is let on to the routes of admins",
    find: 'new Set(["authenticated", "view"])',
    replace: 'new Set(["authenticated", "view", "admin", "admin-anywhere"])',
  },
  {
    means: "an unconfirmed key may not read",
    find: 'new Set(["authenticated", "view"])',
    replace: 'new Set(["authenticated"])',
  },
  {
    means: "what is shown to an unconfirmed key is not marked as stale",
    find: "const isStale = unconfirmedSeconds !== null && given.status < 400;",
    replace: "const isStale = unconfirmedSeconds !== null && given.status < 0;",
  },
  {
    means: "what an unconfirmed key is refused is marked as stale",
    find: "unconfirmedSeconds !== null && given.status < 400",
    replace: "unconfirmedSeconds !== null",
  },
];

const CONFIG: readonly Edit[] = [
  {
    means: "keys may be served stale for longer than a day",
    find: "/^\\d{1,2}$/.test(hours) && Number(hours) <= LONGEST_OUTAGE_HOURS",
    replace: "/^\\d{1,2}$/.test(hours)",
  },
  {
    means: "a mistyped OUTAGE_KEY_HOURS lets keys be served stale",
    find: "outageHours.or(0) * HOUR_MS",
    replace: "outageHours.or(24) * HOUR_MS",
  },
];

const ACCESS_TOKENS: readonly Edit[] = [
  {
    means: "an access token without an expiry is taken",
    find: '["iss", "sub", "exp", "jti", "grants"]',
    replace: '["iss", "sub", "jti", "grants"]',
  },
  {
    means: "an access token without an id is taken",
    find: '["iss", "sub", "exp", "jti", "grants"]',
    replace: '["iss", "sub", "exp", "grants"]',
  },
  {
    means: "a session cannot go on once its access token has expired",
    find: "new Date(0)",
    replace: "new Date()",
    tests: ["test/login/service.test.ts"],
  },
];

const SIGNED_CLAIMS: readonly Edit[] = [
  {
    means: "a refresh token passes for an access token",
    find: "{ algorithms: [ALGORITHM], typ, currentDate",
    replace: "{ algorithms: [ALGORITHM], currentDate",
  },
  {
    means: "the algorithm is taken from the token",
    find: "{ algorithms: [ALGORITHM], typ, currentDate",
    replace: "{ typ, currentDate",
    survives:
      "A secret is imported for HMAC with SHA-256 alone, so jose refuses every other algorithm by the key.",
  },
  {
    means: "expiry is judged by another clock than the request's",
    find: "currentDate: now, requiredClaims }",
    replace: "requiredClaims }",
  },
  {
    means: "tokens of an older secret are refused, and tokens without a kid taken",
    find: "keys.find((key) => key.kid === kid)",
    replace: "keys[0]",
  },
];

const TOKEN_CLAIMS: readonly Edit[] = [
  {
    means: "a subject may hold control characters",
    find: "/^\\P{Cc}{1,255}$/u",
    replace: "/^[^]{1,255}$/u",
  },
  {
    means: "a token may have any number of grants",
    find: 'if (claim.length > MAX_GRANTS) throw new Error("the token has too many grants");',
    replace: "",
  },
  {
    means: "the grants of a token may have any length",
    find: 'if (claim.join("").length > MAX_GRANT_CHARACTERS) throw new Error("the token\'s grants are too long");',
    replace: "",
  },
  {
    means: "the globs of a token may have any number of stars",
    find: 'if (grants.some(hasTooManyStars)) throw new Error("a glob of the token\'s grants has too many stars");',
    replace: "",
  },
  {
    means: "a grant that cannot be read is a grant to view everything",
    find: 'if (grant === null) throw new Error("a grant is not of the form role@namespace");\n    return grant;',
    replace: 'return grant ?? { role: "view", namespace: "*", names: null };',
  },
];

const OUTSIDE: readonly Edit[] = [
  {
    means: "tokens of an outside issuer for other audiences are taken",
    find: "    issuer,\n    audience,\n  });",
    replace: "    issuer,\n  });",
  },
  {
    means: "tokens of other issuers are taken where they have a known kid",
    find: "iss === issuer && ALGORITHMS",
    replace: "ALGORITHMS",
  },
  {
    means: "algorithms that are not pinned are taken from an outside issuer",
    find: '"EdDSA"]',
    replace: '"EdDSA", "PS256"]',
  },
  {
    means: "a token outlives the key that verified it",
    find: "Math.min(exp, (now.getTime() + KEYS_MS) / 1000)",
    replace: "exp",
  },
  {
    means: "a token of an outside issuer without an expiry is taken",
    find: '["sub", "exp", grantsClaim]',
    replace: '["sub", grantsClaim]',
  },
  {
    means: "expiry of an outside issuer's token is judged by another clock than the request's",
    find: "    currentDate: now,\n",
    replace: "",
  },
  {
    means: "a token without a kid makes the issuer's keys be fetched",
    find: ' && typeof kid === "string" && kid !== ""',
    replace: "",
  },
];

const ISSUER_KEYS: readonly Edit[] = [
  {
    means: "an issuer's error page is taken for its keys",
    find: "if (response.status !== 200) throw new Error(`${address} answered ${response.status}`);",
    replace: "",
    missedBefore: true,
  },
  {
    means: "an issuer's keys are used for ever",
    find: "cacheMaxAge: KEYS_MS,",
    replace: "cacheMaxAge: Infinity,",
    missedBefore: true,
  },
  {
    means: "an issuer's keys are used for an hour",
    find: "export const KEYS_MS = 600_000;",
    replace: "export const KEYS_MS = 3_600_000;",
    missedBefore: true,
  },
  {
    means: "each unknown kid makes the issuer's keys be fetched",
    find: "cooldownDuration: COOLDOWN_MS,",
    replace: "cooldownDuration: 0,",
    missedBefore: true,
  },
  {
    means: "an issuer that fails is asked by every request",
    find: "if (isBackingOff()) throw new Error(`${address} failed a moment ago`);",
    replace: "",
  },
  {
    means: "a token of an unknown kid is an outage, not a bad token",
    find: "if (known) throw cause;",
    replace: "void known;",
  },
  {
    means: "a token is bad when the issuer cannot be reached",
    find: 'throw unavailable("the token issuer\'s keys cannot be read", 5, cause);',
    replace: "throw cause;",
  },
  {
    means: "requests that ask at once each fetch the issuer's keys",
    find: "if (answer.at >= askedAt) return new Response(answer.body);",
    replace: "void askedAt;",
  },
];

const FAILURES: readonly Edit[] = [
  {
    means: "a client refused by the shared counter may go on here",
    find: "minute.refused || ",
    replace: "",
  },
  {
    means: "a client may fail without limit",
    find: "minute.attempts >= FAILURES_PER_MINUTE",
    replace: "minute.attempts < 0",
  },
  {
    means: "good credentials are counted as failures",
    find: "if (!failed) giveBack(minute);",
    replace: "",
  },
  {
    means: "the shared counter's refusal is forgotten",
    find: "    counted.refused = true;\n",
    replace: "",
  },
  {
    means: "a client stays refused when the clock is set back",
    find: "Math.abs(now - known.startedAt) < PERIOD_MS",
    replace: "now - known.startedAt < PERIOD_MS",
  },
  {
    means: "clients of any number are held in memory",
    find: "if (oldest !== undefined && this.#minutes.size >= MAX_CLIENTS) this.#minutes.delete(oldest);",
    replace: "void oldest;",
  },
];

const REMEMBERED: readonly Edit[] = [
  {
    means: "an expired token is still known",
    find: "known !== undefined && known.goodUntilMs > now ? known.principal : null",
    replace: "known !== undefined ? known.principal : null",
  },
  {
    means: "a token is counted each time it is remembered",
    find: "    this.#forget(authorization);\n    this.#tokens.set",
    replace: "    this.#tokens.set",
  },
  {
    means: "remembered tokens take any number of bytes",
    find: " && this.#bytes <= MAX_BYTES",
    replace: "",
  },
  {
    means: "any number of tokens is remembered",
    find: "this.#tokens.size <= MAX_TOKENS && ",
    replace: "",
  },
];

const KEY_SERVICE: readonly Edit[] = [
  {
    means: "a principal can make a key with more than it holds",
    find: "refuseUncovered(by, readGrantTexts(wanted.grants));",
    replace: "readGrantTexts(wanted.grants);",
  },
  {
    means: "one covered grant is enough to hand out all of a list",
    find: "if (!grants.every((grant) => coversGrant(by.grants, grant))) {",
    replace: "if (!grants.some((grant) => coversGrant(by.grants, grant))) {",
  },
  {
    means: "a key that has expired can be made",
    find: "if (wanted.expiresAt !== null && wanted.expiresAt <= commit.scope.now)\n",
    replace: "if (wanted.expiresAt !== null && wanted.expiresAt < 0)\n",
  },
  {
    means: "the list of keys shows those of others",
    find: "if (mayManage(by, record.grants)) {",
    replace: "if (record.digest) {",
  },
  {
    means: "keys of a name are shown to those who may not manage them",
    find: "await this.#authorise(by, name);\n    const records",
    replace: "const records",
  },
  {
    means: "a key is rotated by one who may not manage its name",
    find: "await this.#authorise(by, name);\n    const among",
    replace: "const among",
  },
  {
    means: "a live key with more grants than the caller's is revoked by it",
    find: ".filter((list) => mayManage(by, list));",
    replace: ";",
  },
  {
    means: "a name that others had is free",
    find: "if (!lists.every((list) => mayManage(by, list))) throw taken(name);",
    replace: "",
  },
  {
    means: "anyone can take the name of a principal that has written without a key",
    find: "return by.name === name || holdsEverything(by);",
    replace: "return true;",
  },
  {
    means: "a caller is told that a key of others is live",
    find: "live === undefined || !(await this.#managesAll(by, name))",
    replace: "live === undefined",
  },
  {
    means: "one grant that is held is enough to manage a key",
    find: "return list.every((text) => {",
    replace: "return list.some((text) => {",
  },
  {
    means: "keys can be named . and .., which no path reaches",
    find: "(?!\\.\\.?$)",
    replace: "",
  },
  {
    means: "a name may have any number of lists of grants",
    find: "lists.length + Number(isNew) > MAX_GRANT_LISTS",
    replace: "lists.length + Number(isNew) < 0",
  },
  {
    means: "a cursor discloses the digest of a hidden key",
    find: "isNextHidden: last !== records.at(-1)?.digest",
    replace: "isNextHidden: false",
  },
];

const KEY_BODIES: readonly Edit[] = [
  {
    means: "an overlap may be negative",
    find: "      .min(0, { error: `use 0 to ${LONGEST_OVERLAP} seconds` })\n",
    replace: "",
    named: "an overlap of 0 to 30 days",
  },
  {
    means: "an overlap may be as long as one likes",
    find: "      .max(LONGEST_OVERLAP, { error: `use 0 to ${LONGEST_OVERLAP} seconds` })\n",
    replace: "",
    named: "an overlap of 0 to 30 days",
  },
];

const KEY_OPERATIONS: readonly Edit[] = [
  {
    means: "a revoked key is shown as live",
    find: 'record.revokedAt !== null ? "revoked" : ',
    replace: "",
    named: "an overlap of 0 to 30 days",
  },
];

const LOGIN: readonly Edit[] = [
  {
    means: "a key logs in under any name",
    find: "if (found?.holder.name !== credential.user) return null;",
    replace: "if (found === null) return null;",
  },
  {
    means: "a key that is not confirmed logs in",
    find: "if (found.unconfirmedSeconds !== null) throw keyUnconfirmed();",
    replace: "",
  },
  {
    means: "a refresh token goes with the access token of another",
    find: "if (claims?.subject !== subject)",
    replace: "void subject;\n    if (claims === null)",
  },
  {
    means: "a session ends when the answer to its rotation is lost",
    find: "await rotate().catch(() => rotate());",
    replace: "await rotate();",
    tests: ["test/login/sessions.test.ts"],
  },
  {
    means: "logout leaves the session open",
    find: "await this.#sessions.close(sessionId);",
    replace: "void sessionId;",
  },
  {
    means: "access tokens live for ten times five minutes",
    find: "const ACCESS_SECONDS = 300;",
    replace: "const ACCESS_SECONDS = 3_000;",
  },
  {
    means: "sessions live for ten days",
    find: "const REFRESH_SECONDS = 12 * 3_600;",
    replace: "const REFRESH_SECONDS = 240 * 3_600;",
  },
  {
    means: "a reused refresh token is answered like an unknown one",
    find: 'if (rotated.outcome === "reused") throw invalid("invalid access token");',
    replace: "",
  },
];

const KEY_SQL: readonly Edit[] = [
  {
    means: "revoke ends the first of two live keys alone",
    find: "WHERE ${LIVE} AND ${AMONG}) AS live",
    replace: "WHERE name = ?1 AND ${LIVE} AND ${AMONG} ORDER BY digest LIMIT 1) AS live",
    missedBefore: true,
  },
  {
    means: "rotation prolongs an expiring key",
    find: "grants, ?5, ?2, expires_at FROM api_keys",
    replace: "grants, ?5, ?2, NULL FROM api_keys",
    missedBefore: true,
  },
  {
    means: "a revoked key can be rotated to life",
    find: "WHERE ${LIVE} AND ${AMONG}\n  ORDER BY expires_at IS NULL DESC",
    replace: "WHERE name = ?1 AND ${AMONG}\n  ORDER BY expires_at IS NULL DESC",
    missedBefore: true,
  },
  {
    means: "a second rotation prolongs the key that the first is ending",
    find: "expires_at = MIN(COALESCE(expires_at, ?5), ?5)",
    replace: "expires_at = ?5",
  },
  {
    means: "rotation takes the expiry of any of the live keys",
    find: "ORDER BY expires_at IS NULL DESC, expires_at DESC LIMIT 1",
    replace: "ORDER BY expires_at IS NULL, expires_at LIMIT 1",
  },
  {
    means: "two live keys are made under one name",
    find: "WHERE NOT EXISTS (SELECT 1 FROM api_keys WHERE ${LIVE})",
    replace: "WHERE TRUE",
  },
  {
    means: "a key follows others with grants that its maker does not hold",
    find: "AND NOT EXISTS (${GRANT_LISTS} AND NOT ${AMONG})",
    replace: "",
  },
  {
    means: "a key takes the name of one who has written with a token",
    find: "OR NOT EXISTS (SELECT 1 FROM revisions WHERE principal = ?1)",
    replace: "OR TRUE",
  },
  {
    means: "a revoked key counts as live",
    find: 'WHERE name = ?1 AND revoked_at IS NULL"',
    replace: 'WHERE name = ?1"',
  },
  {
    means: "a key that expires now counts as live",
    find: "expires_at > ?2",
    replace: "expires_at >= ?2",
  },
  {
    means: "a caller's grants do not bound which keys it rotates and revokes",
    find: '"(?3 IS NULL OR grants IN (SELECT value FROM json_each(?3)))"',
    replace: '"(?3 IS NULL OR ?3 IS NOT NULL)"',
  },
  {
    means: "the log of changes does not have every key that a rotation changed",
    find: "FROM api_keys WHERE seq > ${SEQ}`;",
    replace: "FROM api_keys WHERE seq = ${SEQ} + 1`;",
  },
];

const SESSIONS: readonly Edit[] = [
  {
    means: "a session outlives its key",
    find: '\n  AND EXISTS (SELECT 1 FROM api_keys WHERE digest = key_digest AND ${liveAt("?5")})',
    replace: "",
    missedBefore: true,
  },
  {
    means: "a refresh token can be used twice",
    find: "WHERE id = ?1 AND refresh_id = ?2 AND expires_at > ?5",
    replace: "WHERE id = ?1 AND ?2 IS NOT NULL AND expires_at > ?5",
  },
  {
    means: "a session goes on after it has expired",
    find: "refresh_id = ?2 AND expires_at > ?5",
    replace: "refresh_id = ?2 AND ?5 IS NOT NULL",
  },
  {
    means: "the reuse of a refresh token does not end its session",
    find: "refresh_id <> ?2 AND expires_at > ?3 RETURNING",
    replace: "refresh_id <> ?2 AND expires_at > ?3 AND FALSE RETURNING",
  },
];

const LIVE_KEY: readonly Edit[] = [
  {
    means: "a session goes on when its key is revoked",
    find: "revoked_at IS NULL AND (api_keys",
    replace: "(api_keys",
  },
  {
    means: "a session goes on when its key has expired",
    find: "api_keys.expires_at > ${now}",
    replace: "${now} IS NOT NULL",
  },
];

const PURE = ["test/auth/access-tokens.test.ts", "test/auth/outside-issuer.test.ts"];

/** Who is who: tokens, keys, sessions. */
export const credentials: readonly Mutant[] = [
  ...mutantsOf(
    "credentials",
    "src/auth/authenticate.ts",
    [...PURE, "test/auth/authenticate.test.ts"],
    AUTHENTICATE,
  ),
  ...mutantsOf(
    "credentials",
    "src/auth/authorization.ts",
    ["test/auth/authenticate.test.ts"],
    [{ means: "schemes are case-sensitive", find: ".toLowerCase()", replace: "" }],
  ),
  ...mutantsOf(
    "credentials",
    "src/auth/api-keys.ts",
    ["test/auth/api-keys.test.ts"],
    [
      {
        means: "a mistyped key is looked up",
        find: "return checksum(body) === text.slice(-CHECKSUM_DIGITS);",
        replace: "return checksum(body) !== text;",
      },
    ],
  ),
  ...mutantsOf(
    "credentials",
    "src/auth/key-credentials.ts",
    ["test/auth/authenticate.test.ts"],
    CREDENTIALS_OF_KEYS,
  ),
  ...mutantsOf("credentials", "src/auth/access-tokens.ts", PURE, ACCESS_TOKENS),
  ...mutantsOf("credentials", "src/auth/signed-claims.ts", PURE, SIGNED_CLAIMS),
  ...mutantsOf("credentials", "src/auth/token-claims.ts", PURE, TOKEN_CLAIMS),
  ...mutantsOf("credentials", "src/auth/refresh-tokens.ts", PURE, [
    {
      means: "an access token passes for a refresh token",
      find: 'const TYPE = "refresh+jwt";',
      replace: 'const TYPE = "JWT";',
    },
  ]),
  ...mutantsOf("credentials", "src/auth/outside-issuer.ts", PURE, OUTSIDE),
  ...mutantsOf("credentials", "src/auth/issuer-keys.ts", ["test/auth/issuer-keys.test.ts"], ISSUER_KEYS),
  ...mutantsOf("credentials", "src/auth/failure-limit.ts", ["test/auth/failure-limit.test.ts"], FAILURES),
  ...mutantsOf(
    "credentials",
    "src/auth/client-address.ts",
    ["test/auth/failure-limit.test.ts"],
    [
      {
        means: "a client has a count for each of its IPv6 addresses",
        find: "const NETWORK_GROUPS = 4;",
        replace: "const NETWORK_GROUPS = 8;",
      },
    ],
  ),
  ...mutantsOf("credentials", "src/auth/token-cache.ts", ["test/auth/remembered.test.ts"], REMEMBERED),
  ...mutantsOf(
    "credentials",
    "src/auth/cursor-seal.ts",
    ["test/auth/cursor-seal.test.ts"],
    [
      {
        means: "cursors sealed with the secret before are refused",
        find: "signingKeys.find((each) => each.kid === kid)",
        replace: "signingKeys[0]",
      },
    ],
  ),
  ...mutantsOf("credentials", "src/auth/signing-keys.ts", PURE, [
    {
      means: "a short secret signs tokens",
      find: "if (secret.length < SHORTEST_SECRET) {",
      replace: 'if (secret === "") {',
    },
  ]),
  ...mutantsOf("credentials", "src/keys/service.ts", ["test/keys/service.test.ts"], KEY_SERVICE),
  ...mutantsOf("credentials", "src/keys/bodies.ts", ["test/api/keys-and-login.test.ts"], KEY_BODIES),
  ...mutantsOf("credentials", "src/keys/operations.ts", ["test/api/keys-and-login.test.ts"], KEY_OPERATIONS),
  ...mutantsOf("credentials", "src/keys/key-lookup.ts", ["test/freshness/outage-keys.test.ts"], KEY_LOOKUP),
  ...mutantsOf("credentials", "src/app.ts", ["test/freshness/outage-keys-worker.test.ts"], GUARD),
  ...mutantsOf("credentials", "src/config.ts", ["test/auth/outside-issuer.test.ts"], CONFIG),
  ...mutantsOf("credentials", "src/login/service.ts", ["test/login/service.test.ts"], LOGIN),
  ...mutantsOf("credentials", "src/store/d1/key-sql.ts", ["test/store/d1-key-store.test.ts"], KEY_SQL),
  ...mutantsOf("credentials", "src/store/d1/sessions.ts", ["test/login/sessions.test.ts"], SESSIONS),
  ...mutantsOf("credentials", "src/store/d1/live-key.ts", ["test/login/sessions.test.ts"], LIVE_KEY),
];
