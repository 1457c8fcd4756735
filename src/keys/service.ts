import { apiKeyDigest, makeApiKey } from "../auth/api-keys.ts";
import { coversGrant, MAX_GRANT_CHARACTERS, MAX_GRANTS, parseGrant, type Grant } from "../auth/grants.ts";
import type { Principal } from "../auth/principal.ts";
import { ApiError, invalid, notFound } from "../errors.ts";
import type { Commit } from "../store/asset-store.ts";
import { isLive, type KeyRecord, type KeyStore } from "../store/key-store.ts";

/** A key that has just been made: the only time its secret is known. */
export interface MintedKey {
  readonly key: string;
  readonly record: KeyRecord;
}

/** `.` and `..` never reach a path, so such a key could not be revoked. */
const NAME = /^(?!\.\.?$)[\w.\-:@]{1,128}$/;

/** The rules of API keys: nobody hands out, sees or ends more than they hold. */
export class KeyService {
  readonly #store: KeyStore;

  constructor(store: KeyStore) {
    this.#store = store;
  }

  async create(
    by: Principal,
    wanted: { name: string; grants: readonly string[]; expiresAt: number | null },
    commit: Commit,
  ): Promise<MintedKey> {
    if (!NAME.test(wanted.name)) {
      throw invalid("a key's name may hold up to 128 letters, digits and _ . - : @");
    }
    refuseUncovered(by, readGrantTexts(wanted.grants));
    if (wanted.expiresAt !== null && wanted.expiresAt <= commit.at)
      throw invalid("expires_at lies in the past");
    const { key, fresh } = await mint(wanted);
    if (!(await this.#store.create(fresh, commit))) {
      throw new ApiError("alreadyExists", "resource already exists");
    }
    return { key, record: recordOf(fresh, commit) };
  }

  /** The keys whose grants the caller holds; of others it does not learn that they exist. */
  async list(by: Principal): Promise<readonly KeyRecord[]> {
    return (await this.#store.list()).filter((record) => mayManage(by, record));
  }

  async named(by: Principal, name: string): Promise<readonly KeyRecord[]> {
    const records = await this.#store.named(name);
    if (records.length === 0 || !records.every((record) => mayManage(by, record))) throw notFound();
    return records;
  }

  /** A new secret under the name and grants of the newest live key; the old one is good for `overlapMs` more. */
  async rotate(by: Principal, name: string, overlapMs: number, commit: Commit): Promise<MintedKey> {
    const current = (await this.named(by, name)).find((record) => isLive(record, commit.at));
    if (current === undefined) throw notFound();
    const { key, fresh } = await mint({ ...current, expiresAt: current.expiresAt });
    await this.#store.rotate(fresh, commit.at + overlapMs, commit);
    return { key, record: recordOf(fresh, commit) };
  }

  async revoke(by: Principal, name: string, commit: Commit): Promise<void> {
    await this.named(by, name);
    if (!(await this.#store.revoke(name, commit))) throw notFound();
  }
}

type Wanted = Pick<KeyRecord, "name" | "grants" | "expiresAt">;

async function mint({ name, grants, expiresAt }: Wanted) {
  const key = makeApiKey(crypto.getRandomValues(new Uint8Array(32)));
  return { key, fresh: { digest: await apiKeyDigest(key), name, grants, expiresAt } };
}

function recordOf(fresh: Wanted & { digest: string }, commit: Commit): KeyRecord {
  const made = { createdBy: commit.principal, createdAt: commit.at };
  return { ...fresh, ...made, revokedAt: null, lastUsed: null };
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
    return grant;
  });
}

function refuseUncovered(by: Principal, grants: readonly Grant[]): void {
  if (!grants.every((grant) => coversGrant(by.grants, grant))) {
    throw new ApiError("permissionDenied", "unauthorized to grant more than is held");
  }
}

function mayManage(by: Principal, record: KeyRecord): boolean {
  return record.grants.every((text) => {
    const grant = parseGrant(text);
    return grant !== null && coversGrant(by.grants, grant);
  });
}
