import { FOLDERS, type Mutant } from "./mutant.ts";

/** The page that names the mutants which live, and why (docs/mutants.md). */
export function survivorsPage(mutants: readonly Mutant[]): string {
  const rows = FOLDERS.map((folder) => {
    const own = mutants.filter((mutant) => mutant.folder === folder);
    const living = own.filter(({ lives }) => lives !== null).length;
    const missed = own.filter(({ missedBefore }) => missedBefore).length;
    return `| ${folder} | ${own.length} | ${missed} | ${living} |`;
  });
  const living = mutants
    .filter(({ lives }) => lives !== null)
    .map(({ means, file, lives }) => `- **${means}** (\`${file}\`). ${lives}`);
  return `# Mutants

\`npm run mutants\` makes faults in a copy of the source, one at a time, and runs the tests that should notice. The list is in
\`scripts/mutants/list\`: each mutant is one edit, by what a user would suffer from it. At least 90 % of each folder have to die, and all
of those that tests have missed before. A workflow runs it once a week.

\`npm run mutants -- --folder grants\` and \`--only TEXT\` run a part, \`--check\` only says whether the list still fits the source. When a
change to the source makes the list stale, mend the list in the same commit. This page is written by \`npm run mutants -- --page\`.

| folder | mutants | missed before | known to live |
|---|--:|--:|--:|
${rows.join("\n")}

## What lives, and why

${living.join("\n")}
`;
}
