// Exchanging the secret that signs tokens. Cloudflare gives no secret back, so the old one stays where it is, under its
// name, and the new one gets a name of its own: the Worker signs with that of the last name and takes tokens of all.
import { readSigningKeys } from "../../src/auth/signing-keys.ts";
import type { Account } from "./account.ts";
import { newSecret, secretNames, TOKEN_SECRET } from "./secret.ts";
import { Stopped } from "./steps.ts";
import type { Target } from "./target.ts";

/** A secret by its name; null takes it away. */
export type SecretChanges = Readonly<Record<string, string | null>>;

export interface Rotation {
  readonly changes: SecretChanges;
  /** The name and the kid of the secret that signs from now on; null when that does not change. */
  readonly signer: { readonly name: string; readonly kid: string } | null;
  /** Names of secrets whose tokens are good no more. */
  readonly ended: readonly string[];
}

/** `begin` adds a secret, `finish` ends all but the newest, `now` does both at once. */
export type Phase = "begin" | "finish" | "now";

/**
 * What a phase changes, given the names that there are. `TOKEN_SECRET` itself must always be there, for an upload is
 * refused without it: it is ended by a secret that nothing was ever signed with.
 */
export async function planRotation(names: readonly string[], phase: Phase, now: number): Promise<Rotation> {
  const held = names.filter((name) => name.startsWith(TOKEN_SECRET)).toSorted();
  const newest = held.at(-1);
  if (newest === undefined)
    throw new Stopped(`there is no ${TOKEN_SECRET} to rotate`, "npm run deploy makes one");
  if (phase === "finish") {
    if (held.length === 1) throw new Stopped("no rotation is under way", "npm run rotate-secret begins one");
    return { changes: endings(held.slice(0, -1)), signer: null, ended: held.slice(0, -1) };
  }
  const secret = newSecret();
  const [key] = await readSigningKeys(secret);
  const name = `${TOKEN_SECRET}_${new Date(now).toISOString().replace(/\.\d+|\W/g, "")}`;
  if (name <= newest) {
    throw new Stopped(
      `${newest} is named by a time that has not come`,
      "set the clock of this machine, or wait",
    );
  }
  const ended = phase === "now" ? held : [];
  return {
    changes: { ...endings(ended), [name]: secret },
    signer: { name, kid: key?.kid ?? "" },
    ended,
  };
}

function endings(names: readonly string[]): SecretChanges {
  return Object.fromEntries(names.map((name) => [name, name === TOKEN_SECRET ? newSecret() : null]));
}

/** Makes the change at Cloudflare: one call, one version of the Worker, with the same code. */
export async function rotateDeployed(
  account: Account,
  { worker }: Target,
  phase: Phase,
  now: number,
): Promise<Rotation> {
  const names = await secretNames(account, worker);
  if (names === null) throw new Stopped(`nothing is deployed as ${worker}`, "npm run deploy");
  const rotation = await planRotation(names, phase, now);
  const secrets = Object.fromEntries(
    Object.entries(rotation.changes).map(([name, text]) => [
      name,
      text === null ? null : { name, text, type: "secret_text" },
    ]),
  );
  await account.api.change("PATCH", `${account.path}/workers/scripts/${worker}/secrets-bulk`, { secrets });
  return rotation;
}
