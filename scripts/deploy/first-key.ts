// The step that leaves a deployment with someone who may manage it.
import { randomBytes } from "node:crypto";
import { makeApiKey } from "../../src/auth/api-keys.ts";
import type { Account } from "./account.ts";
import { adminKeys, storeAdminKey } from "./admin-key.ts";
import { ApiFailure } from "./api.ts";
import { Stopped, type Step, type Steps } from "./steps.ts";
import type { World } from "./world.ts";

export interface FirstKey {
  /** Null in a dry run that would make it. */
  readonly database: string | null;
  readonly dryRun: boolean;
  /** Shows the key also where what is said may be kept. */
  readonly showKey: boolean;
  /** Makes one although there is one. */
  readonly newKey: boolean;
  readonly keyName: string;
}

const NAME = /^[\w.\-:@]{1,128}$/;

/**
 * Makes an admin key when there is none and it can be shown: where nobody sees it, making it would only lock it away.
 * It is shown before anything else can fail; the result is the key, null when none was made.
 */
export async function ensureAdminKey(
  steps: Steps,
  account: Account,
  { database, dryRun, showKey, newKey, keyName }: FirstKey,
  { terminal, clock }: World,
): Step<string | null> {
  if (!NAME.test(keyName)) {
    throw new Stopped(
      `--key-name ${keyName}: a name has letters, digits and _ . - : @`,
      "choose another name",
    );
  }
  if (database === null) return [{ said: `would make ${keyName}` }, null];
  const held = newKey ? [] : await adminKeys(account, database, clock());
  if (held.length > 0) return [{ said: `${held.join(", ")}: exists` }, null];
  if (dryRun) return [{ said: `would make ${keyName}` }, null];
  if (!terminal && !showKey) {
    const how = "run this in a terminal, or with --show-key";
    return [{ said: `none yet, and none made where its only showing may be kept: ${how}` }, null];
  }
  const key = makeApiKey(randomBytes(32));
  const stored = await storeAdminKey(account, database, { key, name: keyName, now: clock() }).catch(
    (error: unknown) => {
      // It may be stored, and there is no second chance to show it.
      if (error instanceof ApiFailure && error.outcomeUnknown) {
        steps.tell("admin key", { said: `${keyName}, perhaps stored, shown this once: ${key}` });
      }
      throw error;
    },
  );
  if (!stored) {
    throw new Stopped(
      `there is a key named ${keyName}`,
      "give the new one another name: -- --key-name admin-2",
    );
  }
  steps.tell("admin key", { said: `${keyName}, shown this once: ${key}` });
  return [{ said: `${keyName} made and shown above; it may do everything`, changed: true }, key];
}
