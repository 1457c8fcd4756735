// npm run assets -- dump|plan|apply|diff|history|rollback|verify: the assets of a deployment as files, their history and archives.
import { runAssets as run } from "./assets/run.ts";
import { runInProcess } from "./command/io.ts";

export { run };

if (import.meta.main) await runInProcess(run);
