import * as z from "zod";
import { issuerKeys } from "./auth/issuer-keys.ts";
import type { OutsideIssuer } from "./auth/outside-issuer.ts";
import { readSigningKeys, type SigningKey } from "./auth/signing-keys.ts";
import { STALE_MS } from "./freshness/stale.ts";
import { readSetting, Setting, type SettingError } from "./setting.ts";

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
  /** One in how many sampled answers is logged. */
  readonly logOneIn: number;
  /** The settings that are wrong. */
  readonly errors: readonly SettingError[];
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
/** Assets are served for no longer without D1, and keys have nothing to read after that. */
const LONGEST_OUTAGE_HOURS = STALE_MS / HOUR_MS;
const DEFAULT_ONE_IN = 1_000;

const count = () =>
  z
    .string()
    .regex(/^[1-9]\d{0,4}$/, { error: "use a number from 1 to 99999, or leave it out" })
    .transform(Number);
const numberFrom = (least: number, most: number) =>
  z
    .string()
    .refine((text) => /^\d{1,5}$/.test(text) && Number(text) >= least && Number(text) <= most, {
      error: `use a number from ${least} to ${most}, or leave it out`,
    })
    .transform(Number);
const isOutage = (hours: string) => /^\d{1,2}$/.test(hours) && Number(hours) <= LONGEST_OUTAGE_HOURS;
const url = () => z.string().refine((text) => URL.canParse(text), { error: "use a URL" });

/**
 * The variables: what each may be, what it is when it is left out, and what to write in place of a wrong value.
 * docs/deploy.md lists them, and the secrets, which `readSigningKeys` reads.
 */
export const settingSchemas = () => ({
  WORKER_NAME: z.string().default("edge-assets"),
  LINT: z.enum(["count", "strict"], { error: "use strict, or leave it out" }).default("count"),
  HISTORY_DAYS: count().nullable().default(null),
  LOG_ONE_IN: count().default(DEFAULT_ONE_IN),
  OUTAGE_KEY_HOURS: z
    .string()
    .refine(isOutage, {
      error: `use a number of hours from 0 to ${LONGEST_OUTAGE_HOURS}, or leave it out for ${LONGEST_OUTAGE_HOURS}`,
    })
    .transform(Number)
    .default(LONGEST_OUTAGE_HOURS),
  OIDC_ISSUER: z.string().nullable().default(null),
  OIDC_AUDIENCE: z.string({ error: "is missing beside OIDC_ISSUER: say for whom its tokens are" }),
  OIDC_JWKS_URL: url().nullable().default(null),
  OIDC_GRANTS_CLAIM: z.string().default("grants"),
  ARCHIVE_CHECKS: numberFrom(0, MOST_CHECKS).default(DEFAULT_CHECKS),
  ARCHIVE_HASH_MB: count().default(DEFAULT_HASH_MB),
  ARCHIVE_MAX_MB: numberFrom(1, MOST_MAX_MB).default(DEFAULT_MAX_MB),
  ARCHIVE_COPIES_GB: count().default(DEFAULT_COPIES_GB),
  ARCHIVE_LOOPBACK: z
    .enum(["true", "false"], { error: "leave it out: npm start alone sets it" })
    .transform((loopback) => loopback === "true")
    .default(false),
});

type Schemas = ReturnType<typeof settingSchemas>;
type SettingName = keyof Schemas;
type SettingValues = { readonly [N in SettingName]: z.output<Schemas[N]> };

/** Settings as the runtime hands them over: the variables, and secrets whose names begin with `TOKEN_SECRET`. */
export type Settings = { readonly [N in SettingName | "TOKEN_SECRET"]?: string };

/** Reads the settings. Never fails: what is wrong is in `errors`, and fails where it is used. */
export async function readConfig(settings: Settings): Promise<Config> {
  const read = readerOf(settings);
  const signingKeys = await Setting.of(() => readSigningKeys(secretsOf(settings)));
  const outside = await Setting.of(() => readOutsideIssuer(read));
  const lint = await Setting.of(() => read("LINT"));
  const historyDays = await Setting.of(() => read("HISTORY_DAYS"));
  const logOneIn = await Setting.of(() => read("LOG_ONE_IN"));
  const outageHours = await Setting.of(() => read("OUTAGE_KEY_HOURS"));
  const checks = await Setting.of(() => read("ARCHIVE_CHECKS"));
  const hashMb = await Setting.of(() => read("ARCHIVE_HASH_MB"));
  const maxMb = await Setting.of(() => read("ARCHIVE_MAX_MB"));
  const copiesGb = await Setting.of(() => read("ARCHIVE_COPIES_GB"));
  const loopback = await Setting.of(() => read("ARCHIVE_LOOPBACK"));
  const archives = [checks, hashMb, maxMb, copiesGb, loopback];
  const all = [signingKeys, outside, lint, historyDays, outageHours, logOneIn, ...archives];
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
    workerName: read("WORKER_NAME"),
    outageKeyMs: outageHours.or(0) * HOUR_MS,
    logOneIn: logOneIn.or(DEFAULT_ONE_IN),
    archives: {
      checks: checks.or(DEFAULT_CHECKS),
      hashBytes: hashMb.or(DEFAULT_HASH_MB) * MIB,
      maxBytes: maxMb.or(DEFAULT_MAX_MB) * MIB,
      copiedBytes: copiesGb.or(DEFAULT_COPIES_GB) * 1_000_000_000,
      loopback: loopback.or(false),
    },
    errors: all.flatMap(({ error }) => error ?? []),
  };
}

/**
 * Every secret whose name begins so, the last name first: `npm run rotate-secret` names a new one by its time, since
 * the old one cannot be read back, so both cannot be written under one name.
 */
function secretsOf(settings: Settings): string {
  return Object.entries(settings)
    .filter(([name]) => name.startsWith("TOKEN_SECRET"))
    .sort(([a], [b]) => (a < b ? 1 : -1))
    .map(([, secret]) => secret)
    .join();
}

type Read = <N extends SettingName>(name: N) => SettingValues[N];

/** Reads one setting at a time, so that a wrong one does not hide the others. */
function readerOf(settings: Settings): Read {
  const schemas: { readonly [N in SettingName]: z.ZodType<SettingValues[N]> } = settingSchemas();
  return (name) => readSetting(name, schemas[name], settings[name]);
}

/** Null without an issuer. Its keys are where the settings say, or where OpenID Connect has them. */
function readOutsideIssuer(read: Read): OutsideIssuer | null {
  const issuer = read("OIDC_ISSUER");
  if (issuer === null) return null;
  const audience = read("OIDC_AUDIENCE");
  const grantsClaim = read("OIDC_GRANTS_CLAIM");
  const jwks = read("OIDC_JWKS_URL") ?? wellKnownJwks(readSetting("OIDC_ISSUER", url(), issuer));
  return { issuer, audience, grantsClaim, keyFor: issuerKeys(new URL(jwks)) };
}

function wellKnownJwks(issuer: string): string {
  return `${issuer.replace(/\/$/, "")}/.well-known/jwks.json`;
}
