// npm run openapi: writes public/openapi.json from the operations of src/routes.ts.
import { writeFileSync } from "node:fs";
import { routes } from "../src/routes.ts";
import { documentText } from "./openapi/document.ts";

const FILE = "public/openapi.json";

writeFileSync(FILE, documentText(routes));
console.log(`${FILE}: ${routes.length} operations`);
