import type * as z from "zod";
import { unavailable } from "./errors.ts";

/** A setting or binding that is missing or wrong. Its message is for the log and shows the value; `fault` may be shown to clients. */
export class SettingError extends Error {
  /** What is wrong with which setting, without its value. */
  readonly fault: string;

  /** `advice` follows the name, or the value where there is one to show: one that is missing or secret is left out. */
  constructor(setting: string, advice: string, value?: string) {
    super(value === undefined ? `${setting} ${advice}` : `${setting} is "${value}": ${advice}`);
    this.name = "SettingError";
    this.fault = value === undefined ? this.message : `${setting} is wrong: ${advice}`;
  }
}

/**
 * Reads a variable by its schema, whose message says what to write. An empty one counts as left out, and a number or a
 * boolean of wrangler.toml as its text. Throws `SettingError`.
 */
export function readSetting<T>(
  name: string,
  schema: z.ZodType<T>,
  value: string | number | boolean | undefined,
): T {
  const text = value === undefined || value === "" ? undefined : String(value);
  const read = schema.safeParse(text);
  if (read.success) return read.data;
  throw new SettingError(name, read.error.issues[0]?.message ?? "cannot be read", text);
}

/** What a setting says, or the error of one that says nothing: only what needs the setting fails. */
export class Setting<T> {
  readonly #read: { readonly value: T } | { readonly error: SettingError };

  private constructor(read: { readonly value: T } | { readonly error: SettingError }) {
    this.#read = read;
  }

  /** Reads a setting; a `SettingError` that is thrown is kept. */
  static async of<T>(read: () => T | Promise<T>): Promise<Setting<T>> {
    try {
      return new Setting({ value: await read() });
    } catch (error) {
      if (error instanceof SettingError) return new Setting<T>({ error });
      throw error;
    }
  }

  get error(): SettingError | null {
    return "error" in this.#read ? this.#read.error : null;
  }

  /** Throws `unavailable` where the setting is wrong. */
  get value(): T {
    if ("error" in this.#read) throw misconfigured(this.#read.error);
    return this.#read.value;
  }

  /** For what can do without. */
  or(otherwise: T): T {
    return "error" in this.#read ? otherwise : this.#read.value;
  }
}

/** The 503 of whatever needs a setting that is wrong. */
export function misconfigured(error: SettingError) {
  return unavailable("a setting of this server is wrong; GET /health names it", 60, error);
}
