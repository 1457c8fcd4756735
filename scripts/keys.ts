// npm run keys -- list|create|get|rotate|revoke: the API keys of a deployment.
import { runInProcess } from "./command-io.ts";
import { runKeys } from "./keys/run.ts";

await runInProcess(runKeys);
