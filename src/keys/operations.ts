import type { CursorSeal } from "../auth/cursor-seal.ts";
import { commitOf, principalOf, type Context } from "../context.ts";
import * as answers from "../http/answers.ts";
import * as common from "../http/common-parameters.ts";
import { operation } from "../http/operation.ts";
import { badContinueToken, continueHeader, readSealedPage } from "../http/pagination.ts";
import { strictQuery } from "../http/query.ts";
import { jsonBody } from "../http/request-body.ts";
import { REASON_HEADER } from "../http/request-headers.ts";
import { empty, json } from "../http/respond.ts";
import { isLive, type KeyRecord } from "../store/key-store.ts";
import { CI, Key, MintedKey } from "./answers.ts";
import { NewKey, Rotation } from "./bodies.ts";
import type { KeyService, MintedKey as Minted } from "./service.ts";

interface Uses {
  readonly keys: KeyService;
}

/** The most keys in one page. */
const PAGE = 500;

const WRITE_QUERY = strictQuery(() => ({ reason: common.reason() }));
const SECRET = `sak_${"0123456789abcdefABCDEF".padEnd(49, "0")}`;
const MINTED = { key: SECRET, ...CI, last_used: null };
const NO_KEY = answers.notFound("There is no key of this name, or it grants what the caller does not hold.");

export const listKeys = operation({
  id: "listKeys",
  tag: "Keys",
  summary: "List API keys",
  description:
    "The keys whose grants the caller holds, in byte order of their names; the newest first within a name. A page holds at most 500; `Sensu-Continue` says how to go on. A page may be short, or empty, and still not be the last.",
  query: strictQuery(() => ({
    limit: common.limit(),
    continue: common.continuation().meta({
      examples: ["OWY4NmQwODE4ODRjN2Q2NTlhMmZlYWEwYzU1YWQwMTVhM2JmNGYxYjJiMGI4MjJjZDE1ZDZjMTViMGYwMGEwOAA"],
    }),
  })),
  answers: {
    200: answers.list("A page of keys.", Key, [CI], { headers: ["Sensu-Continue?"] }),
    400: answers.invalid(
      "invalid continue token: send the Sensu-Continue header of the page before, unchanged",
      'unknown parameter "limits"; did you mean limit?',
    ),
    503: answers.shared("Unavailable"),
  },
  async handle(asked, { keys, cursors }: Uses & { readonly cursors: CursorSeal }) {
    const { limit, start } = await readSealedPage(asked.query, cursors);
    const page = await keys.list(principalOf(asked), start?.key ?? null, Math.min(limit, PAGE));
    if (page === null) throw badContinueToken();
    const shownKeys = page.records.map((record) => shown(record, asked.now));
    const { next, isNextHidden } = page;
    const headers =
      next !== null && isNextHidden ? { "Sensu-Continue": await cursors.seal(next) } : continueHeader(next);
    return json(JSON.stringify(shownKeys), headers);
  },
});

export const createKey = operation({
  id: "createKey",
  tag: "Keys",
  summary: "Create an API key",
  description:
    "Makes a key and shows its secret, this once. It may grant no more than the caller holds. A name is free when no live key has it, the caller might have made every key that ever had it, those keys and the new one have at most 20 different lists of grants, and no token of that name has been used to write. Only the first binds a caller with `admin@*`; the last does not bind a caller of that name.",
  query: WRITE_QUERY,
  headers: [REASON_HEADER],
  body: jsonBody(NewKey, {
    description: "Its name and what it grants.",
    examples: {
      forever: { summary: "Until it is revoked", value: { name: "ci", grants: ["edit@default"] } },
      expiring: {
        summary: "For some assets, until 2100",
        value: { name: "agent-7", grants: ["view@default/sensu/*"], expires_at: "2100-01-01T00:00:00Z" },
      },
    },
  }),
  answers: {
    201: answers.json("The key with its secret.", MintedKey, MINTED, { headers: ["Location"] }),
    400: answers.invalid(
      '"everything" is not a grant: use view, edit or admin, @, and a namespace or *, as in view@default',
      "expires_at lies in the past",
      'unknown member "grant"; did you mean grants?',
    ),
    409: answers.refusal(
      "The name is taken, by a key that the caller may see or not, or by a principal; or its keys have had 20 lists of grants.",
      3,
      [
        "the name ci is taken; choose another",
        "the key ci is live; rotate or revoke it",
        "keys named ci have had 20 different lists of grants, which is the limit; choose another name",
      ],
    ),
    413: answers.shared("TooLarge"),
    503: answers.shared("Unavailable"),
  },
  async handle(asked, { keys }: Uses) {
    const { name, grants, expires_at: expiresAt } = await asked.body();
    const minted = await keys.create(principalOf(asked), { name, grants, expiresAt }, commitOf(asked));
    return json(secretOnce(minted, asked.now), { Location: `/api/edge/v1/keys/${name}` }, 201);
  },
});

export const getKey = operation({
  id: "getKey",
  tag: "Keys",
  summary: "Get the keys of a name",
  description:
    "The newest 100 keys of a name, the newest first: one, or several while a rotation is under way or after a revocation.",
  answers: {
    200: answers.list("The keys of the name.", Key, [CI]),
    400: answers.invalid(
      "invalid URL escape in the path at key",
      'unknown parameter "limit"; this route has no parameters',
    ),
    404: NO_KEY,
    503: answers.shared("Unavailable"),
  },
  async handle(asked, { keys }: Uses) {
    const records = await keys.named(principalOf(asked), nameOf(asked));
    return json(JSON.stringify(records.map((record) => shown(record, asked.now))));
  },
});

export const revokeKey = operation({
  id: "revokeKey",
  tag: "Keys",
  summary: "Revoke the keys of a name",
  description:
    "Revokes every live key of a name that the caller might have made. Copies of them elsewhere stop working within three minutes.",
  query: WRITE_QUERY,
  headers: [REASON_HEADER],
  answers: {
    204: answers.empty("Revoked."),
    400: answers.invalid("a reason cannot be longer than 500 characters"),
    404: answers.notFound("There is no live key of this name, or it grants what the caller does not hold."),
    503: answers.shared("Unavailable"),
  },
  async handle(asked, { keys }: Uses) {
    await keys.revoke(principalOf(asked), nameOf(asked), commitOf(asked));
    return empty(204);
  },
});

export const rotateKey = operation({
  id: "rotateKey",
  tag: "Keys",
  summary: "Rotate an API key",
  description:
    "A new secret under the same name, with the same grants and expiry; the old one is valid for a day, or as long as `overlap` says, and never longer than it was. 404 when no key of the name is live.",
  query: WRITE_QUERY,
  headers: [REASON_HEADER],
  body: jsonBody(Rotation, {
    description: "For how long the old secret stays valid; may be left out.",
    examples: {
      day: { summary: "Both work for a day", value: { overlap: 86_400 } },
      now: { summary: "The old one ends now", value: { overlap: 0 } },
    },
    required: false,
  }),
  answers: {
    201: answers.json("The key with its new secret.", MintedKey, MINTED),
    400: answers.invalid("invalid overlap: use 0 to 2592000 seconds"),
    404: NO_KEY,
    413: answers.shared("TooLarge"),
    503: answers.shared("Unavailable"),
  },
  async handle(asked, { keys }: Uses) {
    const { overlap } = await asked.body();
    const minted = await keys.rotate(principalOf(asked), nameOf(asked), overlap * 1000, commitOf(asked));
    return json(secretOnce(minted, asked.now), {}, 201);
  },
});

function secretOnce({ key, record }: Minted, now: number): string {
  return JSON.stringify({ key, ...shown(record, now) });
}

/** A key without its secret or digest. */
function shown(record: KeyRecord, now: number) {
  return {
    name: record.name,
    grants: record.grants,
    created_by: record.createdBy,
    created_at: new Date(record.createdAt).toISOString(),
    expires_at: record.expiresAt === null ? null : new Date(record.expiresAt).toISOString(),
    last_used: record.lastUsed,
    status: record.revokedAt !== null ? "revoked" : isLive(record, now) ? "live" : "expired",
  };
}

function nameOf({ params }: Pick<Context, "params">): string {
  return params["key"] ?? "";
}
