// npm run keys -- list|create|get|rotate|revoke: the API keys of a deployment.
import { runInProcess } from "./command/io.ts";
import { runKeys as run } from "./keys/run.ts";

export { run };

if (import.meta.main) await runInProcess(run);
