import { issuerKeys } from "./auth/issuer-keys.ts";
import type { OutsideIssuer } from "./auth/outside-issuer.ts";
import { readSigningKeys, type SigningKey } from "./auth/signing-keys.ts";
import { STALE_MS } from "./freshness/stale.ts";
import { Setting, SettingError } from "./setting.ts";

/** What the app relies on, read once an isolate. A setting that is wrong is `unavailable` where it is used. */
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
  /** Milliseconds for which API keys keep reading while D1 does not answer (I7); 0: not at all, also when the setting is wrong. */
  readonly outageKeyMs: number;
  /** How archives are checked; where a setting is wrong, its default. */
  readonly archives: ArchiveSettings;
  /** Of answers that need not be in the log, one in so many is. */
  readonly logOneIn: number;
  /** The settings that are wrong. */
  readonly errors: readonly SettingError[];
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
  readonly ARCHIVE_CHECKS?: string;
  readonly ARCHIVE_HASH_MB?: string;
  readonly ARCHIVE_MAX_MB?: string;
  readonly ARCHIVE_COPIES_GB?: string;
  readonly ARCHIVE_LOOPBACK?: string;
}

/** How archives are checked and copied. */
export interface ArchiveSettings {
  /** Checks a minute; 0: none. */
  readonly checks: number;
  /** Bytes that a minute may hash without a bucket. */
  readonly hashBytes: number;
  /** Bytes of one archive. */
  readonly maxBytes: number;
  /** Bytes of all copies. */
  readonly copiedBytes: number;
  /** Whether archives on this machine are checked: set by `npm start`, refused by `npm run deploy`. */
  readonly loopback: boolean;
}

const MIB = 1024 * 1024;
/** What the free plan can do: 50 requests and 10 ms of CPU in a run of the cron. */
const DEFAULT_CHECKS = 8;
/** What the paid plan can do: 1,000 statements of D1. */
const MOST_CHECKS = 150;
const DEFAULT_HASH_MB = 3;
const DEFAULT_MAX_MB = 256;
/** A single put of R2 takes 5 GiB. */
const MOST_MAX_MB = 4_900;
/** Below the 10 GB that R2 keeps for nothing. */
const DEFAULT_COPIES_GB = 9;

const HOUR_MS = 3_600_000;
const DEFAULT_NAME = "edge-assets";

const DEFAULT_ONE_IN = 1_000;

/** Reads the settings. Never fails: what is wrong is in `errors`, and fails where it is used. */
export async function readConfig(settings: Settings): Promise<Config> {
  const signingKeys = await Setting.of(() => readSigningKeys(secretsOf(settings)));
  const outside = await Setting.of(() => readOutsideIssuer(settings));
  const lint = await Setting.of(() => readLint(textOf(settings.LINT)));
  const historyDays = await Setting.of(() => readNumber("HISTORY_DAYS", settings.HISTORY_DAYS, null));
  const logOneIn = await Setting.of(() => readNumber("LOG_ONE_IN", settings.LOG_ONE_IN, DEFAULT_ONE_IN));
  const outageHours = await Setting.of(() => readOutageHours(textOf(settings.OUTAGE_KEY_HOURS)));
  const checks = await Setting.of(() =>
    readBounded("ARCHIVE_CHECKS", settings.ARCHIVE_CHECKS, 0, MOST_CHECKS),
  );
  const hashMb = await Setting.of(() =>
    readNumber("ARCHIVE_HASH_MB", settings.ARCHIVE_HASH_MB, DEFAULT_HASH_MB),
  );
  const maxMb = await Setting.of(() =>
    readBounded("ARCHIVE_MAX_MB", settings.ARCHIVE_MAX_MB, 1, MOST_MAX_MB),
  );
  const copiesGb = await Setting.of(() =>
    readNumber("ARCHIVE_COPIES_GB", settings.ARCHIVE_COPIES_GB, DEFAULT_COPIES_GB),
  );
  const loopback = await Setting.of(() => readLoopback(textOf(settings.ARCHIVE_LOOPBACK)));
  const all = [
    signingKeys,
    outside,
    lint,
    historyDays,
    outageHours,
    logOneIn,
    checks,
    hashMb,
    maxMb,
    copiesGb,
    loopback,
  ];
  return {
    get signingKeys() {
      return signingKeys.value;
    },
    get outside() {
      return outside.value;
    },
    get lint() {
      return lint.value;
    },
    get historyDays() {
      return historyDays.value;
    },
    workerName: settings.WORKER_NAME ?? DEFAULT_NAME,
    outageKeyMs: outageHours.or(0) * HOUR_MS,
    logOneIn: logOneIn.or(DEFAULT_ONE_IN),
    archives: {
      checks: checks.or(null) ?? DEFAULT_CHECKS,
      hashBytes: hashMb.or(DEFAULT_HASH_MB) * MIB,
      maxBytes: (maxMb.or(null) ?? DEFAULT_MAX_MB) * MIB,
      copiedBytes: copiesGb.or(DEFAULT_COPIES_GB) * 1_000_000_000,
      loopback: loopback.or(false),
    },
    errors: all.flatMap(({ error }) => error ?? []),
  };
}

/** A variable may be written as a number or a boolean in wrangler.toml. */
function textOf(setting: string | number | boolean | undefined): string {
  return String(setting ?? "");
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
  throw new SettingError("LINT", "use strict, or leave it out", setting);
}

function readNumber<T>(name: string, setting: string | undefined, otherwise: T): number | T {
  const text = textOf(setting);
  if (text === "") return otherwise;
  if (!/^[1-9]\d{0,4}$/.test(text))
    throw new SettingError(name, "use a number from 1 to 99999, or leave it out", text);
  return Number(text);
}

/** A whole number within bounds; null where none is set. */
function readBounded(name: string, setting: string | undefined, least: number, most: number): number | null {
  const text = textOf(setting);
  if (text === "") return null;
  const number = /^\d{1,5}$/.test(text) ? Number(text) : -1;
  if (number >= least && number <= most) return number;
  throw new SettingError(name, `use a number from ${least} to ${most}, or leave it out`, text);
}

function readLoopback(setting: string): boolean {
  if (setting === "" || setting === "false") return false;
  if (setting === "true") return true;
  throw new SettingError("ARCHIVE_LOOPBACK", "leave it out: npm start alone sets it", setting);
}

/** No longer than assets are served without D1: keys have nothing to read after that. */
function readOutageHours(setting: string): number {
  const longest = STALE_MS / HOUR_MS;
  if (setting === "") return longest;
  const hours = /^\d{1,2}$/.test(setting) ? Number(setting) : Infinity;
  if (hours <= longest) return hours;
  throw new SettingError(
    "OUTAGE_KEY_HOURS",
    `use a number of hours from 0 to ${longest}, or leave it out for ${longest}`,
    setting,
  );
}

function readOutsideIssuer(settings: Settings): OutsideIssuer | null {
  const issuer = textOf(settings.OIDC_ISSUER);
  if (issuer === "") return null;
  const audience = textOf(settings.OIDC_AUDIENCE);
  if (audience === "")
    throw new SettingError("OIDC_AUDIENCE", "is missing beside OIDC_ISSUER: say for whom its tokens are");
  const url = textOf(settings.OIDC_JWKS_URL);
  const jwks = url === "" ? `${issuer.replace(/\/$/, "")}/.well-known/jwks.json` : url;
  if (!URL.canParse(jwks))
    throw new SettingError(url === "" ? "OIDC_ISSUER" : "OIDC_JWKS_URL", "use a URL", jwks);
  return {
    issuer,
    audience,
    grantsClaim: settings.OIDC_GRANTS_CLAIM ?? "grants",
    keyFor: issuerKeys(new URL(jwks)),
  };
}
