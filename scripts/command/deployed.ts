// The options that say which deployment on Cloudflare a command is about.
import { text } from "./options.ts";

export const environmentOption = text("--env <name>", "an environment of wrangler.toml, such as staging");
export const nameOption = text(
  "--name <name>",
  "a deployment beside that of wrangler.toml, with a database of its own",
);
export const accountOption = text(
  "--account <id>",
  "the account, where the credential reaches several (or CLOUDFLARE_ACCOUNT_ID)",
);
export const urlOption = text("--url <url>", "where the Worker answers, when not on workers.dev");
