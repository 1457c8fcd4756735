// The same for `npm start`: the configuration, the folder of local data, and what answers.
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { lookAtConfig } from "./doctor.ts";
import { Examination, type Finding, type Look } from "./findings.ts";
import { readSigningKeys } from "../../src/auth/signing-keys.ts";
import { lookAtWorker } from "./vital-signs.ts";
import type { World } from "./world.ts";

export interface LocalOptions {
  readonly state: string;
  readonly url: string;
  readonly config?: string | undefined;
}

export async function examineLocally(
  { state, url, config }: LocalOptions,
  world: World,
): Promise<readonly Finding[]> {
  const exam = new Examination();
  await exam.look("config", () => lookAtConfig({ config }, world));
  await exam.look("secret", () => secretLook(join(state, "secrets.env")));
  await exam.look("migrations", async () => {
    const args = ["d1", "migrations", "list", "DB", "--local", "--persist-to", state];
    const told = await world.wrangler(args, world.environment);
    if (told.includes("No migrations to apply")) return { ok: "all applied", found: null };
    const pending = told.match(/\S+\.sql/g) ?? [];
    return { wrong: `pending: ${pending.join(", ")}`, todo: "npm start applies them" };
  });
  const start = "npm start; with another port, give it here: -- --local --url http://127.0.0.1:N";
  await lookAtWorker(exam, { url, start, deployed: false }, world);
  return exam.findings;
}

async function secretLook(file: string): Promise<Look<null>> {
  const text = await readFile(file, "utf8").catch(() => null);
  if (text === null) return { wrong: `there is no ${file}`, todo: "npm start makes it" };
  // Windows has no such modes.
  if (process.platform !== "win32" && ((await stat(file)).mode & 0o077) !== 0) {
    return { wrong: `${file} can be read by others`, todo: `chmod 600 ${file}` };
  }
  const keys = await readSigningKeys(/^TOKEN_SECRET=(.*)$/m.exec(text)?.[1] ?? "");
  return { ok: `${file}, kid ${keys.map(({ kid }) => kid).join(", ")}`, found: null };
}
