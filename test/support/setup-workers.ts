// Runs before each file of the suites in workerd.
import { env } from "cloudflare:workers";
import { limitParameters } from "./d1-limits.ts";

limitParameters(env.DB.prepare("SELECT 1"));
