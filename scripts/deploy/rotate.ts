// npm run rotate-secret, step by step.
import { secretsFile } from "../local.ts";
import { logIn } from "./account.ts";
import { rotateDeployed, type Phase } from "./rotation.ts";
import { rotateLocally } from "./rotation-local.ts";
import { Steps } from "./steps.ts";
import { readTarget, type Which } from "./target.ts";
import type { World } from "./world.ts";

export interface RotateOptions extends Which {
  readonly phase: Phase;
  /** Must be said for what logs everyone out. */
  readonly yes: boolean;
  readonly account?: string | undefined;
  /** The folder of local data; undefined for what is deployed. */
  readonly state?: string | undefined;
}

const NEXT: Record<Phase, string> = {
  begin:
    "Then: npm run rotate-secret with --finish. Access tokens live 5 minutes, and a session that is in use moves to the new secret with the next; whoever did not ask for 12 hours logs in again.",
  finish: "Tokens of older secrets are good no more. API keys work on.",
  now: "Every token is good no more: clients log in again with their keys, which work on.",
};

/** Rotates. Nothing that is said holds a secret. */
export async function rotate(options: RotateOptions, world: World): Promise<void> {
  const steps = new Steps(world.say);
  if (options.phase === "now" && !options.yes) {
    throw new Error(
      "--now ends every token at once, so that everyone logs in again: say --yes if that is meant",
    );
  }
  if (options.state === undefined) await rotateAtCloudflare(options, steps, world);
  else await rotateInFolder(options.state, options.phase, steps);
  world.say(NEXT[options.phase]);
}

async function rotateAtCloudflare(options: RotateOptions, steps: Steps, world: World): Promise<void> {
  const { phase } = options;
  const target = await steps.take("config", async () => {
    const read = readTarget(options, world.environment["WRANGLER_CI_OVERRIDE_NAME"]);
    return [{ said: read.worker }, read];
  });
  const account = await steps.take("account", async () => {
    const found = await logIn(options.account, world);
    return [{ said: found.said }, found];
  });
  await steps.take("secret", async () => {
    const { signer, ended } = await rotateDeployed(account, target, phase, world.clock());
    const signs = signer === null ? [] : [`${signer.name} signs from now on (kid ${signer.kid})`];
    const ends = ended.length === 0 ? [] : [`tokens of ${ended.join(", ")} are ended`];
    return [{ said: [...signs, ...ends].join("; "), changed: true }, null];
  });
}

async function rotateInFolder(state: string, phase: Phase, steps: Steps): Promise<void> {
  await steps.take("secret", async () => {
    const file = await secretsFile(state);
    const [first = "", ...others] = await rotateLocally(file, phase);
    const also = others.length === 0 ? "" : `; tokens of kid ${others.join(", ")} are good too`;
    return [{ said: `${file}: kid ${first} signs${also}; restart npm start`, changed: true }, null];
  });
}
