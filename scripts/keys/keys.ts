// API keys as the server lists them.
import { answered, type Deployment } from "../command/deployment.ts";

export const KEYS_PATH = "/api/edge/v1/keys";

export interface Key {
  readonly name: string;
  readonly grants: readonly string[];
  readonly created_by: string;
  readonly expires_at: string | null;
  readonly last_used: string | null;
  readonly status: string;
}

/** A key that was just made, with its secret. */
export interface MintedKey extends Key {
  readonly key: string;
}

export function pathOfKey(name: string): string {
  return `${KEYS_PATH}/${encodeURIComponent(name)}`;
}

/** Every key that the caller may manage, page by page. */
export async function allKeys({ ask }: Deployment): Promise<Key[]> {
  const keys: Key[] = [];
  for (let token: string | null = ""; token !== null;) {
    const query: string = token === "" ? "" : `?${new URLSearchParams({ continue: token }).toString()}`;
    const response = await ask("GET", `${KEYS_PATH}${query}`);
    keys.push(...((await answered(response)) as Key[]));
    token = response.headers.get("Sensu-Continue");
  }
  return keys;
}
