import { issuerKeys } from "./auth/issuer-keys.ts";
import type { OutsideIssuer } from "./auth/outside-issuer.ts";
import { readSigningKeys, type SigningKey } from "./auth/signing-keys.ts";
import { STALE_MS } from "./cache/stale.ts";

/** What the app relies on, checked once an isolate. */
export interface Config {
  /** The first signs, all verify. */
  readonly signingKeys: readonly SigningKey[];
  /** The name of this deployment among those of an account. */
  readonly workerName: string;
  /** Null unless an outside issuer is configured. */
  readonly outside: OutsideIssuer | null;
  /** `strict`: assets with lint findings are refused on write. */
  readonly lint: "count" | "strict";
  /** Days for which history is kept; null: for ever. */
  readonly historyDays: number | null;
  /** Milliseconds for which API keys keep reading while D1 does not answer (I7); 0: not at all. */
  readonly outageKeyMs: number;
  /** Of answers that need not be in the log, one in so many is. */
  readonly logOneIn: number;
}

/** Settings as the runtime hands them over; the README lists them. */
export interface Settings {
  /** And any name that begins so. */
  readonly TOKEN_SECRET?: string;
  readonly WORKER_NAME?: string;
  readonly OIDC_ISSUER?: string;
  readonly OIDC_AUDIENCE?: string;
  readonly OIDC_JWKS_URL?: string;
  readonly OIDC_GRANTS_CLAIM?: string;
  readonly LINT?: string;
  readonly HISTORY_DAYS?: string;
  readonly LOG_ONE_IN?: string;
  readonly OUTAGE_KEY_HOURS?: string;
}

const HOUR_MS = 3_600_000;
const DEFAULT_NAME = "edge-assets";

/** Checks the settings; a wrong one fails with its name, so that the log says what to mend. */
export async function readConfig(settings: Settings): Promise<Config> {
  return {
    signingKeys: await readSigningKeys(secretsOf(settings)),
    workerName: settings.WORKER_NAME ?? DEFAULT_NAME,
    outside: readOutsideIssuer(settings),
    lint: readLint(settings.LINT ?? ""),
    historyDays: readNumber("HISTORY_DAYS", settings.HISTORY_DAYS, null),
    outageKeyMs: readOutageHours(settings.OUTAGE_KEY_HOURS) * HOUR_MS,
    logOneIn: readNumber("LOG_ONE_IN", settings.LOG_ONE_IN, 1_000),
  };
}

/**
 * Every secret whose name begins so, the last name first: `npm run rotate-secret` names a new one by its time, since
 * nobody can read the old one to write both under one name.
 */
function secretsOf(settings: Settings): string {
  return Object.entries(settings)
    .filter(([name]) => name.startsWith("TOKEN_SECRET"))
    .sort(([a], [b]) => (a < b ? 1 : -1))
    .map(([, secret]) => secret)
    .join();
}

function readLint(setting: string): Config["lint"] {
  if (setting === "" || setting === "count") return "count";
  if (setting === "strict") return "strict";
  throw new Error(`LINT is "${setting}": use strict, or leave it out`);
}

function readNumber<T>(name: string, setting = "", otherwise: T): number | T {
  if (setting === "") return otherwise;
  if (!/^[1-9]\d{0,4}$/.test(setting))
    throw new Error(`${name} is "${setting}": use a number from 1 to 99999, or leave it out`);
  return Number(setting);
}

/** No longer than assets are served without D1: keys have nothing to read after that. */
function readOutageHours(setting = ""): number {
  const longest = STALE_MS / HOUR_MS;
  if (setting === "") return longest;
  const hours = /^\d{1,2}$/.test(setting) ? Number(setting) : Infinity;
  if (hours <= longest) return hours;
  throw new Error(
    `OUTAGE_KEY_HOURS is "${setting}": use a number of hours from 0 to ${longest}, or leave it out for ${longest}`,
  );
}

function readOutsideIssuer(settings: Settings): OutsideIssuer | null {
  const issuer = settings.OIDC_ISSUER ?? "";
  if (issuer === "") return null;
  const audience = settings.OIDC_AUDIENCE ?? "";
  if (audience === "")
    throw new Error("OIDC_ISSUER is set but OIDC_AUDIENCE is not: say for whom its tokens are");
  const jwks = settings.OIDC_JWKS_URL ?? `${issuer.replace(/\/$/, "")}/.well-known/jwks.json`;
  if (!URL.canParse(jwks)) throw new Error(`OIDC_JWKS_URL or OIDC_ISSUER is not a URL: ${jwks}`);
  return {
    issuer,
    audience,
    grantsClaim: settings.OIDC_GRANTS_CLAIM ?? "grants",
    keyFor: issuerKeys(new URL(jwks)),
  };
}
