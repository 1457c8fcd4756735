import { apiKeyDigest, makeApiKey } from "../auth/api-keys.ts";
import {
  allows,
  coversGrant,
  hasTooManyStars,
  MAX_GRANT_CHARACTERS,
  MAX_GRANTS,
  MAX_STARS,
  parseGrant,
  type Grant,
} from "../auth/grants.ts";
import type { Principal } from "../auth/principal.ts";
import { ApiError, invalid, noKey } from "../errors.ts";
import type { Commit } from "../store/asset-store.ts";
import type { GrantList, KeyRecord, KeyStore } from "../store/key-store.ts";

/** A key that has just been made: the only time its secret is known. */
export interface MintedKey {
  readonly key: string;
  readonly record: KeyRecord;
}

/** `.` and `..` never reach a path, so such a key could not be revoked. */
const NAME = /^(?!\.\.?$)[\w.\-:@]{1,128}$/;

/** Keys read at a time while the caller's are looked for, and how often, for one page. */
const SCANNED = 500;
const SCANS = 4;

/** Records of one name that are shown. */
const SHOWN = 100;

/**
 * Different lists of grants that the keys of one name may have over time. All of them have to be compared in the
 * transaction that makes a key, and D1 takes them as one parameter, whose size is limited.
 */
export const MAX_GRANT_LISTS = 20;

/** A page of keys; `next` is the digest of the key after which the next page starts. */
export interface ManagedPage {
  readonly records: readonly KeyRecord[];
  readonly next: string | null;
  /** Whether `next` is the digest of a key that the caller may not see. */
  readonly isNextHidden: boolean;
}

/** The rules of API keys: no principal hands out, sees or revokes more than it holds, or takes over a name. */
export class KeyService {
  readonly #store: KeyStore;

  constructor(store: KeyStore) {
    this.#store = store;
  }

  /** `alreadyExists` when the name is taken, by what the caller may see or not. */
  async create(by: Principal, wanted: Wanted, commit: Commit): Promise<MintedKey> {
    if (!NAME.test(wanted.name)) {
      throw invalid("a key's name may hold up to 128 letters, digits and _ . - : @");
    }
    refuseUncovered(by, readGrantTexts(wanted.grants));
    if (wanted.expiresAt !== null && wanted.expiresAt <= commit.scope.now)
      throw invalid("expires_at lies in the past");
    const { key, digest } = await newSecret();
    const mayFollow = await this.#mayFollow(by, wanted);
    const fresh = { ...wanted, digest, mayFollow, mayTakeOver: mayTakeOver(by, wanted.name) };
    const record = await this.#store.create(fresh, commit);
    if (record === null) throw await this.#refusal(by, wanted.name, commit.scope.now);
    return { key, record };
  }

  /**
   * At most `limit` of the keys whose grants the caller holds; the others are skipped. A page may be short, or empty. Null
   * when no key has the digest `after`.
   */
  async list(by: Principal, after: string | null, limit: number): Promise<ManagedPage | null> {
    const records: KeyRecord[] = [];
    let last = after;
    // One more than wanted says whether there is a next page.
    let size = limit + 1;
    for (let scans = 0; scans < SCANS; scans += 1) {
      const page = await this.#store.page(last, size);
      if (page === null) return null;
      for (const record of page.records) {
        const shown = records.at(-1);
        if (mayManage(by, record.grants)) {
          if (shown !== undefined && records.length === limit)
            return { records, next: shown.digest, isNextHidden: false };
          records.push(record);
        }
        last = record.digest;
      }
      if (!page.more) return { records, next: null, isNextHidden: false };
      size = SCANNED;
    }
    return { records, next: last, isNextHidden: last !== records.at(-1)?.digest };
  }

  /** The newest keys of a name; `notFound` also when the caller may not manage one that ever had it. */
  async named(by: Principal, name: string): Promise<readonly KeyRecord[]> {
    await this.#authorise(by, name);
    const records = await this.#store.named(name, SHOWN);
    if (records.length === 0) throw noKey(name);
    return records;
  }

  /** A new secret with the grants and the expiry of the live key; the old one is good for `overlapMs` more. */
  async rotate(by: Principal, name: string, overlapMs: number, commit: Commit): Promise<MintedKey> {
    await this.#authorise(by, name);
    const among = await this.#manageableLive(by, name, commit.scope.now);
    const { key, digest } = await newSecret();
    const oldExpiresAt = commit.scope.now + overlapMs;
    const record = await this.#store.rotate({ digest, name, among, oldExpiresAt }, commit);
    if (record === null) throw noKey(name);
    return { key, record };
  }

  /** Revokes the live keys of a name that the caller might make; `notFound` when there is none. */
  async revoke(by: Principal, name: string, commit: Commit): Promise<void> {
    const among = await this.#manageableLive(by, name, commit.scope.now);
    if (among?.length === 0 || !(await this.#store.revoke(name, among, commit))) throw noKey(name);
  }

  /**
   * The lists of grants of the live keys of the name that the caller might hand out; null for all. Never those of keys
   * that are no longer live: the history of a name must not keep its live key from being revoked.
   */
  async #manageableLive(by: Principal, name: string, at: number): Promise<readonly GrantList[] | null> {
    if (holdsEverything(by)) return null;
    return (await this.#store.liveGrantLists(name, at)).filter((list) => mayManage(by, list));
  }

  /** The lists of grants that a new key may follow, null for any; `alreadyExists` when the history of the name forbids one. */
  async #mayFollow(by: Principal, { name, grants }: Wanted): Promise<readonly GrantList[] | null> {
    if (holdsEverything(by)) return null;
    const lists = await this.#store.grantLists(name);
    if (!lists.every((list) => mayManage(by, list))) throw taken(name);
    const text = JSON.stringify(grants);
    const isNew = !lists.some((list) => JSON.stringify(list) === text);
    if (lists.length + Number(isNew) > MAX_GRANT_LISTS) {
      throw new ApiError(
        "alreadyExists",
        `keys named ${name} have had ${MAX_GRANT_LISTS} different lists of grants, which is the limit; choose another name`,
      );
    }
    return lists;
  }

  /** Why the store made no key of the name. */
  async #refusal(by: Principal, name: string, at: number): Promise<ApiError> {
    const [live] = await this.#store.liveGrantLists(name, at);
    if (live === undefined || !(await this.#managesAll(by, name))) return taken(name);
    return new ApiError("alreadyExists", `the key ${name} is live; rotate or revoke it`);
  }

  /** `notFound` unless the caller might hand out every list of grants that keys of the name have had. */
  async #authorise(by: Principal, name: string): Promise<void> {
    if (!(await this.#managesAll(by, name))) throw noKey(name);
  }

  async #managesAll(by: Principal, name: string): Promise<boolean> {
    if (holdsEverything(by)) return true;
    return (await this.#store.grantLists(name)).every((list) => mayManage(by, list));
  }
}

type Wanted = Pick<KeyRecord, "name" | "grants" | "expiresAt">;

async function newSecret(): Promise<{ key: string; digest: string }> {
  const key = makeApiKey(crypto.getRandomValues(new Uint8Array(32)));
  return { key, digest: await apiKeyDigest(key) };
}

/** Whether a principal may make a key of a name that history knows without a key: its own, or any for who may do everything. */
function mayTakeOver(by: Principal, name: string): boolean {
  return by.name === name || holdsEverything(by);
}

function holdsEverything({ grants }: Principal): boolean {
  return allows(grants, { role: "admin", namespace: null, name: null });
}

function taken(name: string): ApiError {
  return new ApiError("alreadyExists", `the name ${name} is taken; choose another`);
}

function readGrantTexts(texts: readonly string[]): Grant[] {
  if (texts.length === 0) throw invalid("grants cannot be empty; give at least one, such as view@default");
  if (texts.length > MAX_GRANTS) throw invalid(`a key cannot have more than ${MAX_GRANTS} grants`);
  if (texts.join("").length > MAX_GRANT_CHARACTERS) {
    throw invalid(`a key's grants cannot be longer than ${MAX_GRANT_CHARACTERS} characters together`);
  }
  return texts.map((text) => {
    const grant = parseGrant(text);
    if (grant === null) {
      throw invalid(
        `"${text}" is not a grant: use view, edit or admin, @, and a namespace or *, as in view@default`,
      );
    }
    if (hasTooManyStars(grant)) throw invalid(`the glob of "${text}" has more than ${MAX_STARS} stars`);
    return grant;
  });
}

function refuseUncovered(by: Principal, grants: readonly Grant[]): void {
  if (!grants.every((grant) => coversGrant(by.grants, grant))) {
    throw new ApiError("permissionDenied", "unauthorized to grant more than is held");
  }
}

function mayManage(by: Principal, list: GrantList): boolean {
  if (holdsEverything(by)) return true;
  return list.every((text) => {
    const grant = parseGrant(text);
    return grant !== null && coversGrant(by.grants, grant);
  });
}
