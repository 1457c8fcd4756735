import { Mistake } from "../command/mistake.ts";
import { messageOf } from "../command/command.ts";
import { wrangler } from "../deploy/wrangler.ts";

/** Applies what is missing of the migrations to the local database in a folder. */
export async function migrateLocally(folder: string): Promise<void> {
  const args = ["d1", "migrations", "apply", "DB", "--local", "--persist-to", folder];
  await wrangler(args, process.env).catch((error: unknown) => {
    throw new Mistake(
      `the local database cannot be migrated: ${messageOf(error)}`,
      "pick another folder with --state, or delete this one with all that is in it",
    );
  });
}
