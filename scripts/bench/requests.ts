// Requests as they go over the wire.
import { signAccessToken } from "../../src/auth/access-tokens.ts";
import { readSigningKeys } from "../../src/auth/signing-keys.ts";
import { SECRET } from "./servers.ts";

export interface RequestParts {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A whole HTTP/1.1 request, with the headers that curl sends. */
export function wireRequest({ method = "GET", path, headers = {}, body }: RequestParts): string {
  const all = {
    Host: "assets.example.com",
    "User-Agent": "curl/8.14.1",
    Accept: "*/*",
    ...headers,
    ...(body === undefined ? {} : { "Content-Length": String(Buffer.byteLength(body)) }),
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n${body ?? ""}`;
}

/** The path of an asset; a slash in its name is escaped as Go's clients do. */
export function assetPath({ namespace, name }: { namespace: string; name: string }): string {
  return `/api/core/v2/namespaces/${namespace}/assets/${name.replaceAll("/", "%2F")}`;
}

/** An `Authorization` header that every contender takes; good for a day. */
export async function bearer(...grants: string[]): Promise<string> {
  const [signer] = await readSigningKeys(SECRET);
  if (signer === undefined) throw new Error("no secret");
  const issuedAt = Math.floor(Date.now() / 1000);
  const claims = { issuer: "bench", subject: "bench", tokenId: "bench", grants };
  return `Bearer ${await signAccessToken({ ...claims, issuedAt, expiresAt: issuedAt + 86_400 }, signer)}`;
}
