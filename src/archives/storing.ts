import { copyKey, hashingKey, type Bucket } from "./bucket.ts";
import { hashing, Postponed, type Consume, type Consumed, type Found, type Hasher } from "./fetch-archive.ts";
import { FIRST_BYTES } from "./first-bytes.ts";
import { findingOf, type Finding } from "./state.ts";

/** How the bytes of one archive are read in the Worker. */
export interface ReadingPlan {
  /** Null: there is no bucket, and the bytes are hashed here. */
  readonly bucket: Bucket | null;
  readonly hasherOf: () => Hasher;
  readonly digest: string;
  /** Whether a copy of this size is kept. Otherwise the bucket only hashes. */
  readonly keepsCopy: (size: number) => boolean;
  /** Bytes that may be hashed here at most: hashing is what CPU time goes to. */
  readonly hashBytes: number;
  /** Whether so many may be hashed here now; takes them off what is left. */
  readonly mayHash: (bytes: number) => boolean;
  /** Called with a copy that was stored. */
  readonly stored: (size: number, type: string) => void;
}

/** Bytes that are read into memory: of hosts that do not say how many come, and of what may be an error page. */
const MEMORY_BYTES = 8 * 1024 * 1024;
const PAGE_BYTES = 256 * 1024;
const PAGE = /^\s*(?:text\/|application\/(?:json|xml|xhtml))/i;
/** The error of R2 for bytes of another digest; its message holds both. */
const BAD_DIGEST = /10037/;
/** Errors of R2 end with their number; those of the stream that it reads come through as they are. */
const OF_BUCKET = /\(10\d{3}\)/;
const SHA512 = /\b[\da-f]{128}\b/gi;

/**
 * Reads the bytes of an archive: into the bucket, which hashes them at no cost of ours and refuses wrong ones, or here.
 * One request checks and copies.
 */
export function storing(plan: ReadingPlan): Consume {
  return async (found, touch) => {
    const { bucket } = plan;
    const { reply, length } = found;
    if (bucket === null) return hashingHere(plan, found, touch);
    const isPage = PAGE.test(reply.header("Content-Type") ?? "") && (length ?? 0) <= PAGE_BYTES;
    if (length !== null && !isPage) {
      const body = reply.body ?? new Uint8Array();
      return intoBucket(bucket, plan, { body, size: length, first: null, type: typeOf(found) });
    }
    const bytes = await inMemory(found, touch);
    if (bytes === null) {
      return refusal(
        `the host does not say how long it is, and of such archives a check here takes ${MEMORY_BYTES} bytes; \`npm run assets -- verify\` takes any`,
      );
    }
    const first = bytes.slice(0, FIRST_BYTES);
    return intoBucket(bucket, plan, { body: bytes, size: bytes.byteLength, first, type: typeOf(found) });
  };
}

/** The bucket failed, which says nothing of the archive or of its host. */
export class BucketFailure extends Postponed {}

interface Received {
  readonly body: ReadableStream<Uint8Array> | Uint8Array;
  readonly size: number;
  readonly first: Uint8Array | null;
  readonly type: string;
}

async function intoBucket(
  bucket: Bucket,
  { digest, keepsCopy, stored }: ReadingPlan,
  { body, size, first, type }: Received,
): Promise<Consumed> {
  const isKept = keepsCopy(size);
  const key = isKept ? copyKey(digest) : hashingKey(digest);
  try {
    await bucket.put(key, body, { sha512: digest, httpMetadata: { contentType: type } });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (!BAD_DIGEST.test(message)) throw OF_BUCKET.test(message) ? new BucketFailure(message) : error;
    const seen = message.match(SHA512)?.find((each) => each.toLowerCase() !== digest);
    return { kind: "bytes", size, digest: seen?.toLowerCase() ?? "something else", first };
  }
  if (isKept) stored(size, type);
  else await bucket.delete(key);
  return { kind: "bytes", size, digest, first };
}

function hashingHere(
  { hasherOf, hashBytes, mayHash }: ReadingPlan,
  found: Found,
  touch: () => void,
): Promise<Consumed> {
  const wanted = found.length ?? hashBytes;
  if (wanted > hashBytes) {
    const detail = `it has ${wanted} bytes, more than this Worker may hash by itself: bind an R2 bucket, or use \`npm run assets -- verify\``;
    return Promise.resolve(refusal(detail, wanted));
  }
  if (!mayHash(wanted)) throw new Postponed("what may be hashed in this minute has been");
  return hashing(hasherOf, hashBytes)(found, touch);
}

/** All bytes; null when there are too many. */
async function inMemory({ reply }: Found, touch: () => void): Promise<Uint8Array | null> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = reply.body?.getReader();
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
    if (done || value === undefined) break;
    touch();
    size += value.byteLength;
    if (size > MEMORY_BYTES) {
      await reader?.cancel();
      return null;
    }
    chunks.push(value);
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return bytes;
}

function refusal(detail: string, size: number | null = null): { kind: "finding"; finding: Finding } {
  return { kind: "finding", finding: findingOf("too_large", detail, { status: 200, size }) };
}

function typeOf({ reply }: Found): string {
  return reply.header("Content-Type") ?? "application/octet-stream";
}
