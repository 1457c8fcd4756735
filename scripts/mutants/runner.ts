import { fork, type ChildProcess } from "node:child_process";
import { Copy } from "./copy.ts";
import type { Answer, Question } from "./host.ts";
import type { Mutant } from "./mutant.ts";
import { RUNTIMES, runtimeOf, type Runtime } from "./runtime.ts";

/** What became of a mutant, and by which test. */
export interface Verdict {
  readonly mutant: Mutant;
  readonly killed: boolean;
  /** The test that noticed, or that the tests did not end; empty for a survivor. */
  readonly by: string;
  readonly ms: number;
}

/** Milliseconds that the tests of one mutant have: some mutants never end. */
const MUTANT_MS = 180_000;
/** Milliseconds for all tests at once, before any mutant. */
const ALL_MS = 1_800_000;
/** Characters of a host's stderr that are kept for an error. */
const STDERR_CHARACTERS = 4_000;

/** Runs tests in a process of its own, which is started when it is needed and again when it had to be killed. */
class Host {
  readonly #folder: string;
  readonly #runtime: Runtime;
  #process: ChildProcess | null = null;
  #stderr = "";

  constructor(folder: string, runtime: Runtime) {
    this.#folder = folder;
    this.#runtime = runtime;
  }

  /** The tests that failed; null when they did not end in time. Throws when they could not be run. */
  async failures(question: Question, ms: number): Promise<readonly string[] | null> {
    const child = (this.#process ??= await this.#start());
    return new Promise((resolve, reject) => {
      const done = () => {
        clearTimeout(timer);
        child.removeAllListeners();
      };
      const timer = setTimeout(() => {
        done();
        this.stop();
        resolve(null);
      }, ms);
      child.once("message", ({ failed }: Answer) => {
        done();
        resolve(failed);
      });
      child.once("exit", () => {
        done();
        this.#process = null;
        reject(new Error(`the tests could not be run:\n${this.#stderr}`));
      });
      child.send(question);
    });
  }

  /** Ends the process and all that it has started. */
  stop(): void {
    const pid = this.#process?.pid;
    this.#process = null;
    if (pid === undefined) return;
    try {
      process.kill(-pid, "SIGKILL");
    } catch {
      // It has ended by itself.
    }
  }

  async #start(): Promise<ChildProcess> {
    const child = fork("scripts/mutants/host.ts", [this.#runtime], {
      cwd: this.#folder,
      detached: true,
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    this.#stderr = "";
    child.stderr?.on("data", (data: Buffer) => {
      this.#stderr = (this.#stderr + data.toString()).slice(-STDERR_CHARACTERS);
    });
    await new Promise<void>((resolve, reject) => {
      child.once("message", () => resolve());
      child.once("exit", () => reject(new Error(`Vitest did not start:\n${this.#stderr}`)));
    });
    child.removeAllListeners();
    return child;
  }
}

/** Runs the tests of each mutant against a copy of the project with that mutant in it. */
export class Runner {
  readonly #copy: Copy;
  readonly #hosts: Readonly<Record<Runtime, Host>>;
  /** Files that have changed since a host last ran tests. */
  readonly #changed: Readonly<Record<Runtime, Set<string>>> = { plain: new Set(), workers: new Set() };

  constructor(project: string) {
    this.#copy = new Copy(project);
    const { folder } = this.#copy;
    this.#hosts = { plain: new Host(folder, "plain"), workers: new Host(folder, "workers") };
  }

  /** Throws unless all tests pass as the project is: they would kill every mutant. */
  async checkTests(tests: readonly string[]): Promise<void> {
    const failed = await this.#failures({ tests, named: null }, ALL_MS);
    if (failed === null) throw new Error("the tests do not end, also without a mutant");
    if (failed.length > 0) throw new Error(`these tests fail without a mutant: ${failed.join("; ")}`);
  }

  async judge(mutant: Mutant): Promise<Verdict> {
    const startedAt = Date.now();
    const { undo } = this.#copy.apply(mutant);
    this.#noteChange(mutant.file);
    try {
      const failed = await this.#failures(mutant, MUTANT_MS);
      const by = failed === null ? "the tests did not end" : (failed[0] ?? "");
      return { mutant, killed: failed === null || failed.length > 0, by, ms: Date.now() - startedAt };
    } finally {
      undo();
      this.#noteChange(mutant.file);
    }
  }

  close(): void {
    for (const runtime of RUNTIMES) this.#hosts[runtime].stop();
    this.#copy.remove();
  }

  #noteChange(file: string): void {
    for (const runtime of RUNTIMES) this.#changed[runtime].add(file);
  }

  /** What fails first; the tests in plain Node run before the others, which take longer. */
  async #failures(
    { tests, named }: Pick<Mutant, "tests" | "named">,
    ms: number,
  ): Promise<readonly string[] | null> {
    for (const runtime of RUNTIMES) {
      const own = tests.filter((file) => runtimeOf(file) === runtime);
      if (own.length === 0) continue;
      const question = { tests: own, named, changed: [...this.#changed[runtime]] };
      this.#changed[runtime].clear();
      const failed = await this.#hosts[runtime].failures(question, ms);
      if (failed === null || failed.length > 0) return failed;
    }
    return [];
  }
}
