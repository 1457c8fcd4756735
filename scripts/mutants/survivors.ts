import { FOLDERS, type Mutant } from "./mutant.ts";

/** The page that names the mutants that survive, and why (docs/mutants.md). */
export function survivorsPage(mutants: readonly Mutant[]): string {
  const rows = FOLDERS.map((folder) => {
    const own = mutants.filter((mutant) => mutant.folder === folder);
    const known = own.filter(({ survives }) => survives !== null).length;
    const missed = own.filter(({ missedBefore }) => missedBefore).length;
    return `| ${folder} | ${own.length} | ${missed} | ${known} |`;
  });
  const survivors = mutants
    .filter(({ survives }) => survives !== null)
    .map(({ means, file, survives }) => `- **${means}** (\`${file}\`). ${survives}`);
  return `# Mutants

For people who change the tests. \`npm run mutants\` makes faults in a copy of the source, one at a time, and runs the tests that
should notice. The list is in \`scripts/mutants/list\`: each mutant is one edit, by what a user would suffer from it. At least 90 % of
each folder have to be killed, and all of those that tests have missed before. A workflow runs it once a week.

\`npm run mutants -- --folder grants\` and \`--only TEXT\` run a part, \`--check\` only says whether the list still fits the source. When a
change to the source makes the list stale, fix the list in the same commit. This page is written by \`npm run mutants -- --page\`.

| folder | mutants | missed before | known to survive |
|---|--:|--:|--:|
${rows.join("\n")}

## What survives, and why

${survivors.join("\n")}
`;
}
