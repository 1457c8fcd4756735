// Runs before each file of the suites in workerd.
import { env } from "cloudflare:workers";
import fc from "fast-check";
import { limitParameters } from "./d1-limits.ts";
import { runs } from "./nightly.ts";

limitParameters(env.DB.prepare("SELECT 1"));
// Properties that do not say how often they are tried.
fc.configureGlobal({ numRuns: runs(100) });
