import { env } from "cloudflare:workers";
import { copyKey } from "../../src/archives/bucket.ts";

/** Makes a copy as a check would have: with its bytes in the bucket, and its archives seen to be right. */
export async function aCopy(digest: string): Promise<void> {
  const bytes = "x".repeat(200);
  await env.ARCHIVES.put(copyKey(digest), bytes);
  await env.DB.batch([
    env.DB.prepare(
      "INSERT OR REPLACE INTO archive_copies (digest, size, type, stored_at) VALUES (?1, ?2, '', 0)",
    ).bind(digest, bytes.length),
    env.DB.prepare("UPDATE archives SET state = 'ok', verified_at = 0 WHERE digest = ?1").bind(digest),
  ]);
}
