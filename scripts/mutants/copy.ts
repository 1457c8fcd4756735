import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mutate, type Mutant } from "./mutant.ts";

/** A copy of the project in which mutants are made: the checkout itself is never changed. */
export class Copy {
  readonly folder: string;
  readonly #project: string;

  /** Copies every file that git knows or would add. */
  constructor(project: string) {
    this.#project = project;
    this.folder = mkdtempSync(join(tmpdir(), "edge-assets-mutants-"));
    const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
      cwd: project,
      encoding: "utf8",
    });
    for (const file of listed.split("\0").filter((each) => each !== "" && existsSync(join(project, each))))
      cpSync(join(project, file), join(this.folder, file));
    symlinkSync(join(project, "node_modules"), join(this.folder, "node_modules"));
  }

  /** Puts a mutant in place; `undo` takes it out. */
  apply(mutant: Mutant): { readonly undo: () => void } {
    const source = readFileSync(join(this.#project, mutant.file), "utf8");
    const mutated = mutate(source, mutant);
    if (mutated === null) throw new Error(`${mutant.file} has changed since the list of mutants was checked`);
    const path = join(this.folder, mutant.file);
    writeFileSync(path, mutated);
    return { undo: () => writeFileSync(path, source) };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}
