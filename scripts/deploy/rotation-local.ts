// The same for `npm start`, whose secret lies in a file: the new one stands before the old one.
import { readFile, writeFile } from "node:fs/promises";
import { readSigningKeys } from "../../src/auth/signing-keys.ts";
import { newSecret } from "./secret.ts";
import type { Phase } from "./rotation.ts";
import { Stopped } from "./steps.ts";

const LINE = /^TOKEN_SECRET=(.+)$/m;

/** Rewrites the secrets file; the kids of the secrets that are good now, the first of which signs. */
export async function rotateLocally(file: string, phase: Phase): Promise<readonly string[]> {
  const text = await readFile(file, "utf8");
  const held = LINE.exec(text)?.[1]?.split(",") ?? [];
  if (phase === "finish" && held.length < 2) {
    throw new Stopped("no rotation is under way", "npm run rotate-secret -- --local begins one");
  }
  const left = { begin: [newSecret(), ...held], finish: held.slice(0, 1), now: [newSecret()] }[phase].join();
  await writeFile(
    file,
    text.replace(LINE, () => `TOKEN_SECRET=${left}`),
    { mode: 0o600 },
  );
  return (await readSigningKeys(left)).map(({ kid }) => kid);
}
