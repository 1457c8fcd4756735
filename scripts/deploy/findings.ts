// What an examination finds: a line for each thing that must be right, and what to do where it is not.
import { table } from "../command/table.ts";
import { grantAdvice, permissionFor } from "./advice.ts";
import { ApiFailure } from "./api.ts";
import { Stopped } from "./steps.ts";

export interface Finding {
  readonly check: string;
  /** `unknown`: could not be looked at, because of something that is wrong further up. */
  readonly state: "ok" | "wrong" | "unknown";
  readonly said: string;
  /** What to do; "" unless wrong. */
  readonly todo: string;
}

/** What a look at one thing tells, with what further looks need of it; null where they cannot be taken. */
export type Look<T> =
  | { readonly ok: string; readonly found: T | null }
  | { readonly wrong: string; readonly todo: string; readonly found?: T }
  | { readonly unknown: string };

export class Examination {
  readonly findings: Finding[] = [];

  /** Looks, and notes what is seen. What a look throws is a finding like any other. */
  async look<T>(check: string, look: () => Promise<Look<T>> | Look<T>): Promise<T | null> {
    try {
      const seen = await look();
      if ("ok" in seen) {
        this.#note(check, "ok", seen.ok);
        return seen.found;
      }
      if ("unknown" in seen) {
        this.skip([check], seen.unknown);
        return null;
      }
      this.#note(check, "wrong", seen.wrong, seen.todo);
      return seen.found ?? null;
    } catch (error) {
      this.#note(check, "wrong", error instanceof Error ? error.message : String(error), mendFor(error));
      return null;
    }
  }

  /** Notes what cannot be looked at. */
  skip(checks: readonly string[], because: string): void {
    for (const check of checks) this.#note(check, "unknown", because);
  }

  #note(check: string, state: Finding["state"], said: string, todo = ""): void {
    this.findings.push({ check, state, said, todo });
  }
}

function mendFor(error: unknown): string {
  if (error instanceof Stopped) return error.todo.join("; ");
  if (error instanceof ApiFailure && (error.status === 401 || error.status === 403)) {
    return grantAdvice([permissionFor(error.route)]);
  }
  return "try again; see https://www.cloudflarestatus.com";
}

const SHOWN = { ok: "ok", wrong: "WRONG", unknown: "?" } as const;

/** The findings as a table, for people. */
export function shown(findings: readonly Finding[]): string {
  return table(
    findings.flatMap(({ check, state, said, todo }) => [
      [check, SHOWN[state], said],
      ...(todo === "" ? [] : [["", "", `-> ${todo}`]]),
    ]),
  );
}
