import type { Grant } from "../auth/grants.ts";
import { ApiError, notFound, unavailable } from "../errors.ts";
import type { Commit } from "../store/asset-store.ts";
import type { ArchiveCopy, ArchiveStores } from "../store/archive-store.ts";
import { copyKey, type Bucket } from "./bucket.ts";
import { CLAIM_MS } from "./check-run.ts";
import { matching } from "./service.ts";

/** Assets that are looked through for one that the caller may see. */
const HOLDERS = 1_000;
/** Copies that one run of the sweep looks at. */
const SWEPT = 500;
/** When a deleted copy is deleted again: a check that had begun before may have put it there. */
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
   * The bucket and the copy, for a caller who may see an asset that has the digest and whose own archive was seen to have
   * it: who knows a digest and no more does not get the bytes. `notFound` otherwise.
   */
  async open(grants: readonly Grant[], digest: string): Promise<{ bucket: Bucket; copy: ArchiveCopy }> {
    if (this.#bucket === null) throw new ApiError("notFound", NO_BUCKET);
    const [copy, holders] = await Promise.all([
      this.#stores.copies.copy(digest),
      this.#stores.reader.holders(digest, HOLDERS),
    ]);
    const isVisible = holders.some(matching(grants, "view"));
    if (copy === null || copy.deletedAt !== null || !isVisible) throw noCopy(digest);
    return { bucket: this.#bucket, copy };
  }

  /** Takes a copy off the list that is not in the bucket. */
  forget(digest: string): Promise<void> {
    return this.#stores.copies.forget([digest]);
  }

  /** Deletes a copy for good: none is made again. It is told to those who follow the assets that use it. */
  async delete(digest: string, commit: Commit): Promise<void> {
    const copy = await this.#stores.copies.copy(digest);
    if (copy?.deletedAt !== undefined && copy.deletedAt !== null) return;
    // First what keeps it from being made or served again, then the bytes: a failure in between leaves bytes that nobody gets.
    await this.#stores.copies.deleted(digest, commit);
    await this.#bucket?.delete(copyKey(digest));
    const holders = await this.#stores.reader.holders(digest, HOLDERS);
    const archives = [...new Set(holders.map(({ archive }) => archive))];
    const why = commit.reason === null ? "" : `: ${commit.reason}`;
    const reason = `the copy of the archive sha512/${digest.slice(0, 12)}... was deleted${why}`;
    if (archives.length > 0) await this.#stores.herald.say(archives, { ...commit, reason });
  }

  /** Deletes copies that no archive needs, of the next that are looked at; how many. */
  async sweep(): Promise<number> {
    if (this.#bucket === null) return 0;
    const digests = await this.#stores.copies.unused(SWEPT);
    if (digests.length === 0) return 0;
    // First the bytes: a failure in between leaves a row, for the next time.
    await this.#bucket.delete(digests.map(copyKey));
    await this.#stores.copies.forget(digests);
    return digests.length;
  }

  /** Deletes again what somebody deleted while a check may have been making it; how many. */
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

/** The error of a copy that is not there, or not for this caller. */
export function noCopy(digest: string): ApiError {
  return notFound(`no copy of an archive with the digest ${digest.slice(0, 12)}... that you may see`);
}

/** The bucket failed: the archive is still where its URL says. */
export function bucketUnavailable(cause: unknown): ApiError {
  return unavailable("the bucket of copies does not answer; fetch the archive from its own URL", 30, cause);
}
