// npm run openapi: writes public/openapi.json from src/routes.ts and scripts/openapi.
import { writeFileSync } from "node:fs";
import { routes } from "../src/routes.ts";
import { documentText } from "./openapi/document.ts";

const FILE = "public/openapi.json";

writeFileSync(FILE, documentText(routes));
console.log(`${FILE}: ${routes.length} operations`);
