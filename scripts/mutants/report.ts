import { FOLDERS, type Folder } from "./mutant.ts";
import type { Verdict } from "./runner.ts";

/** Of the mutants of each folder, the share that has to be killed. */
export const SHARE = 0.9;

/** How many mutants of a folder were made, and how many were killed. */
export interface FolderCount {
  readonly folder: Folder;
  readonly mutants: number;
  readonly killed: number;
}

/** One row for each folder that was run. */
export function countByFolder(verdicts: readonly Verdict[]): readonly FolderCount[] {
  return FOLDERS.map((folder) => {
    const own = verdicts.filter(({ mutant }) => mutant.folder === folder);
    return { folder, mutants: own.length, killed: own.filter(({ killed }) => killed).length };
  }).filter(({ mutants }) => mutants > 0);
}

/** What is wrong with the outcome, one line each; nothing when it is good. */
export function complaintsAbout(verdicts: readonly Verdict[]): readonly string[] {
  const poor = countByFolder(verdicts)
    .filter(({ mutants, killed }) => killed < SHARE * mutants)
    .map(({ folder }) => `less than ${percent(SHARE)} of the mutants of ${folder} were killed`);
  const missed = verdicts
    .filter(({ killed, mutant }) => !killed && mutant.missedBefore)
    .map(({ mutant }) => `tests have missed this before and miss it again: ${mutant.means} (${mutant.file})`);
  return [...poor, ...missed];
}

/** The rows of the table at the end, the heading first. */
export function tableRows(verdicts: readonly Verdict[]): string[][] {
  const rows = countByFolder(verdicts);
  const all = {
    mutants: verdicts.length,
    killed: verdicts.filter(({ killed }) => killed).length,
  };
  const cells = (name: string, { mutants, killed }: { mutants: number; killed: number }) => [
    name,
    String(mutants),
    String(killed),
    String(mutants - killed),
    percent(mutants === 0 ? 1 : killed / mutants),
  ];
  return [
    ["FOLDER", "MUTANTS", "KILLED", "SURVIVED", "SHARE"],
    ...rows.map((row) => cells(row.folder, row)),
    cells("all", all),
  ];
}

/** Mutants that survived, with the reason where the list has one; and those that were killed although the list has one. */
export function survivorLines(verdicts: readonly Verdict[]): readonly string[] {
  const survived = verdicts
    .filter(({ killed }) => !killed)
    .map(
      ({ mutant }) => `survived: ${mutant.means} (${mutant.file})\n  ${mutant.survives ?? "no test notices"}`,
    );
  const unexpected = verdicts
    .filter(({ killed, mutant }) => killed && mutant.survives !== null)
    .map(
      ({ mutant, by }) => `killed, though listed as a survivor: ${mutant.means} (${mutant.file})\n  by ${by}`,
    );
  return [...survived, ...unexpected];
}

function percent(share: number): string {
  return `${Math.floor(100 * share)} %`;
}
