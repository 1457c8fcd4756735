/** What a bucket says of an object. */
export interface BucketObject {
  readonly size: number;
  /** Absent where only the head was asked for. */
  readonly body?: ReadableStream<Uint8Array>;
}

/** As much of an R2 bucket as copies need. */
export interface Bucket {
  /** Rejects with R2's error 10037 when the bytes have another digest, and then leaves what was there. */
  put(
    key: string,
    body: ReadableStream<Uint8Array> | Uint8Array,
    options: { sha512: string; httpMetadata: { contentType: string } },
  ): Promise<unknown>;
  get(key: string, options?: { range?: { offset: number; length: number } }): Promise<BucketObject | null>;
  head(key: string): Promise<BucketObject | null>;
  delete(keys: string | string[]): Promise<void>;
}

/** The key of a copy: its content addresses it. */
export function copyKey(digest: string): string {
  return `sha512/${digest}`;
}

/** The key under which bytes lie for a moment that are only to be hashed. */
export function hashingKey(digest: string): string {
  return `hashing/${digest}`;
}
