import { readSigningKeys, type SigningKey } from "./auth/signing-keys.ts";

/** What the app relies on, checked once an isolate. */
export interface Config {
  /** The first signs, all verify. */
  readonly signingKeys: readonly SigningKey[];
}

/** Settings as the runtime hands them over. */
export interface Settings {
  readonly TOKEN_SECRET?: string;
}

/** Checks the settings; a wrong one fails with its name, so that the log says what to mend. */
export async function readConfig(settings: Settings): Promise<Config> {
  return { signingKeys: await readSigningKeys(settings.TOKEN_SECRET ?? "") };
}
