/** An object in a bucket. */
export interface BucketObject {
  readonly size: number;
  /** Absent where only the head was asked for. */
  readonly body?: ReadableStream<Uint8Array>;
}

/** The part of an R2 bucket that copies need. */
export interface Bucket {
  /** Rejects with R2's error 10037 when the bytes have another digest, and then leaves the stored object as it was. */
  put(
    key: string,
    body: ReadableStream<Uint8Array> | Uint8Array,
    options: { sha512: string; httpMetadata: { contentType: string } },
  ): Promise<unknown>;
  get(key: string, options?: { range?: { offset: number; length: number } }): Promise<BucketObject | null>;
  head(key: string): Promise<BucketObject | null>;
  delete(keys: string | string[]): Promise<void>;
}

/** The key of a copy, which is addressed by its content. */
export function copyKey(digest: string): string {
  return `sha512/${digest}`;
}

/** The key of bytes that are put only to have R2 hash them, and deleted right away. */
export function hashingKey(digest: string): string {
  return `hashing/${digest}`;
}
