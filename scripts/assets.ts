// npm run assets -- dump|plan|apply|diff|history|rollback: the assets of a deployment as files, and their history.
import { runInProcess } from "./command-io.ts";
import { runAssets } from "./assets/run.ts";

await runInProcess(runAssets);
