/** The parts of the source in which faults are looked for. */
export const FOLDERS = ["grants", "credentials", "freshness", "commit", "apply", "filters"] as const;
export type Folder = (typeof FOLDERS)[number];

/** A fault by its meaning: one edit of the source that a user could suffer from, and the tests that should notice. */
export interface Mutant {
  readonly folder: Folder;
  /** What the changed program does; unique. */
  readonly means: string;
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly find: string;
  readonly replace: string;
  readonly tests: readonly string[];
  /** Part of the names of the tests to run, where whole files would take long; null for all in the files. */
  readonly named: string | null;
  /** Whether tests have missed this fault before: it has to be noticed from now on. */
  readonly missedBefore: boolean;
  /** Why no test can or need notice; null for a mutant that has to be killed. */
  readonly survives: string | null;
}

/** A mutant without what it shares with the others of its file. */
export interface Edit {
  readonly means: string;
  readonly find: string;
  readonly replace: string;
  /** In place of the tests of the file. */
  readonly tests?: readonly string[];
  readonly named?: string;
  readonly missedBefore?: boolean;
  readonly survives?: string;
}

/** The mutants of one file. */
export function mutantsOf(
  folder: Folder,
  file: string,
  tests: readonly string[],
  edits: readonly Edit[],
): readonly Mutant[] {
  return edits.map((edit) => ({
    folder,
    file,
    means: edit.means,
    find: edit.find,
    replace: edit.replace,
    tests: edit.tests ?? tests,
    named: edit.named ?? null,
    missedBefore: edit.missedBefore ?? false,
    survives: edit.survives ?? null,
  }));
}

/** The source with the fault in it; null when the text to replace does not stand there exactly once. */
export function mutate(source: string, { find, replace }: Pick<Mutant, "find" | "replace">): string | null {
  const at = source.indexOf(find);
  if (at === -1 || source.includes(find, at + 1)) return null;
  return source.slice(0, at) + replace + source.slice(at + find.length);
}
