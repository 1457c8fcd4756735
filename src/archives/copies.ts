import { namespacesSeenBy, type Grant } from "../auth/grants.ts";
import { ApiError, notFound, unavailable } from "../errors.ts";
import type { Commit } from "../store/asset-store.ts";
import type { ArchiveStores } from "../store/archive-store.ts";
import type { ArchiveCopy } from "../store/copy-store.ts";
import { copyKey, type Bucket } from "./bucket.ts";
import { CLAIM_MS } from "./check-run.ts";
import { matching } from "./service.ts";

/** Assets that are searched for one that the caller may see. */
const HOLDERS = 1_000;
/** Copies that one run of the sweep looks at. */
const SWEPT = 500;
/** When a deleted copy is deleted a second time: a check that began before the first may have put it back. */
const AGAIN_AFTER_MS = CLAIM_MS;
const AGAIN_UNTIL_MS = AGAIN_AFTER_MS + 10 * 60_000;
/** Objects that one request to the bucket deletes. */
const DELETED_AT_ONCE = 1_000;
const NO_BUCKET =
  "this deployment keeps no copies: it has no R2 bucket bound as ARCHIVES; npm run deploy makes one where R2 is enabled";

/** Copies of archives, by the digest of their bytes. */
export class CopyService {
  readonly #stores: Pick<ArchiveStores, "copies" | "herald" | "reader">;
  readonly #bucket: Bucket | null;

  constructor(stores: Pick<ArchiveStores, "copies" | "herald" | "reader">, bucket: Bucket | null) {
    this.#stores = stores;
    this.#bucket = bucket;
  }

  /**
   * Finds a copy for a caller who may see an asset with this digest, whose own archive was seen to have it: knowing a
   * digest is not enough to get the bytes. Throws `notFound` otherwise.
   */
  async open(grants: readonly Grant[], digest: string): Promise<{ bucket: Bucket; copy: ArchiveCopy }> {
    if (this.#bucket === null) throw new ApiError("notFound", NO_BUCKET);
    const [copy, holders] = await Promise.all([
      this.#stores.copies.copy(digest),
      this.#stores.reader.holders(digest, HOLDERS, namespacesSeenBy(grants)),
    ]);
    const isVisible = holders.some(matching(grants, "view"));
    if (copy === null || copy.deletedAt !== null || !isVisible) throw noCopy(digest);
    return { bucket: this.#bucket, copy };
  }

  /** Removes from the list a copy that the bucket no longer has. */
  forget(digest: string): Promise<void> {
    return this.#stores.copies.forget([digest]);
  }

  /** Deletes a copy for good, so that none is made later. Each asset that uses it gets a commit that says so. */
  async delete(digest: string, commit: Commit): Promise<void> {
    const copy = await this.#stores.copies.copy(digest);
    if (copy?.deletedAt !== undefined && copy.deletedAt !== null) {
      // The bytes may be there still: the bucket may have failed the first time.
      await this.#deleteBytes(digest);
      return;
    }
    // First the row that keeps it from being made or served, then the bytes: a failure in between leaves bytes that are never served.
    await this.#stores.copies.deleted(digest, commit);
    await this.#deleteBytes(digest);
    const holders = await this.#stores.reader.holders(digest, HOLDERS, null);
    const archives = [...new Set(holders.map(({ archive }) => archive))];
    const why = commit.reason === null ? "" : `: ${commit.reason}`;
    const reason = `the copy of the archive sha512/${digest.slice(0, 12)}... was deleted${why}`;
    if (archives.length > 0) await this.#stores.herald.say(archives, { ...commit, reason });
  }

  async #deleteBytes(digest: string): Promise<void> {
    const message = "the copy is no longer served, but its bytes are still there; delete it again";
    await this.#bucket
      ?.delete(copyKey(digest))
      .catch((error: unknown) => Promise.reject(unavailable(message, 30, error)));
  }

  /** Looks at the next copies and deletes those that no archive needs; returns how many. */
  async sweep(): Promise<number> {
    if (this.#bucket === null) return 0;
    const digests = await this.#stores.copies.unused(SWEPT);
    if (digests.length === 0) return 0;
    // First the bytes: a failure in between leaves a row, for the next time.
    await this.#bucket.delete(digests.map(copyKey));
    await this.#stores.copies.forget(digests);
    return digests.length;
  }

  /** Deletes a second time the copies that a check may have put back; returns how many. */
  async deleteAgain(now: number): Promise<number> {
    if (this.#bucket === null) return 0;
    const digests = await this.#stores.copies.deletedBetween(
      now - AGAIN_UNTIL_MS,
      now - AGAIN_AFTER_MS,
      DELETED_AT_ONCE,
    );
    if (digests.length > 0) await this.#bucket.delete(digests.map(copyKey));
    return digests.length;
  }
}

/** The error for a copy that does not exist, or that the caller may not see. */
export function noCopy(digest: string): ApiError {
  return notFound(`no copy of an archive with the digest ${digest.slice(0, 12)}... that you may see`);
}

/** The error for a bucket that fails, while the archive is still at its own URL. */
export function bucketUnavailable(cause: unknown): ApiError {
  return unavailable("the bucket of copies does not answer; fetch the archive from its own URL", 30, cause);
}
