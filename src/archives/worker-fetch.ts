import { hexOf } from "../lib/hex.ts";
import type { Get, Hasher } from "./fetch-archive.ts";

/** How a Worker sends a request for an archive: redirects are not followed, and the bytes come as they were sent. */
export function workerGet(send: (url: string, init: RequestInit) => Promise<Response>): Get {
  return async (url, headers, signal) => {
    const response = await send(url, {
      method: "GET",
      headers: { ...headers, "User-Agent": "edge-assets (archive check)" },
      redirect: "manual",
      signal,
      encodeResponseBody: "manual",
      cache: "no-store",
    });
    return {
      status: response.status,
      header: (name) => response.headers.get(name),
      body: response.body,
    };
  };
}

/** SHA-512 by the runtime. */
export function digestStreamHasher(): Hasher {
  const stream = new crypto.DigestStream("SHA-512");
  const writer = stream.getWriter();
  return {
    update: (bytes) => writer.write(bytes),
    async digest() {
      await writer.close();
      return hexOf(new Uint8Array(await stream.digest));
    },
  };
}
