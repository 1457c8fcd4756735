// npm run bench [-- --quick --check --readme --case TEXT --contenders LIST --rounds N --seconds N]
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mainGroups } from "./cases.ts";
import { startLoad } from "./load/driver.ts";
import { readOptions } from "./options.ts";
import { progress } from "./progress.ts";
import { figures } from "./report.ts";
import { startStand } from "./stand.ts";
import { measureInTurns, type Group, type Measured } from "./turns.ts";

const options = readOptions(process.argv.slice(2));
progress("starting");
const folder = await mkdtemp(join(tmpdir(), "edge-assets-bench-"));
const load = startLoad();
const measured: Measured[] = [];
try {
  const stand = await startStand(folder, options.contenders);
  try {
    for (const group of chosen(await mainGroups(stand, options))) {
      measured.push(...(await measureInTurns(load, group, options.effort)));
    }
  } finally {
    await stand.stop();
  }
} finally {
  load.stop();
  await rm(folder, { recursive: true, force: true });
}
process.stdout.write(figures(measured));

/** What `--case` leaves of the groups: what ours is compared with stays beside what was chosen. */
function chosen(groups: Group[]): Group[] {
  const holds = (name: string) => name.includes(options.only);
  return groups
    .filter(
      ({ name, cases }) => holds(name) || cases.some((each) => each.contender === "ours" && holds(each.name)),
    )
    .map((group) => ({
      ...group,
      cases: group.cases.filter(
        ({ name, contender }) => contender !== "ours" || holds(name) || holds(group.name),
      ),
    }));
}
