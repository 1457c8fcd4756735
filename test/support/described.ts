import type { Answer, Media } from "../../src/http/openapi.ts";
import { answersOf, headersOf, operationFor, schemaFault } from "./document.ts";

/** Headers that the document need not tell of: the type is that of the content, the rest is the platform's. */
const UNTOLD = /^(?:content-type|content-length|cf-.*)$/;

/** Types whose body is watched for as long as one likes, and so is not waited for here. */
const ENDLESS = "text/event-stream";

/** Throws when the document does not describe this answer to this request. The answer can be read as before. */
export async function refuseUndescribed(method: string, path: string, response: Response): Promise<void> {
  const endless = response.headers.get("Content-Type") === ENDLESS;
  const body = response.body === null || endless ? "" : await response.clone().text();
  const fault = faultOf(method, path, response, endless ? null : body);
  if (fault === null) return;
  const shown = body.length > 500 ? `${body.slice(0, 500)}...` : body;
  throw new Error(
    `public/openapi.json does not describe this answer to ${method} ${path}: ${response.status} ${shown}\n  ${fault}`,
  );
}

/** What of an answer the document does not describe; null when it describes all. A null body is not looked at. */
export function faultOf(
  method: string,
  path: string,
  { status, headers }: Response,
  body: string | null,
): string | null {
  const answers = answersOf(operationFor(method, path));
  const answer = answers[status];
  if (answer === undefined) return `status ${status} is not one of ${Object.keys(answers).join(", ")}`;
  return headerFault(answer, headers) ?? contentFault(method, answer, headers, body);
}

function headerFault(answer: Answer, headers: Headers): string | null {
  const told = headersOf(answer);
  for (const [name, { required, schema }] of told) {
    const value = headers.get(name);
    if (value === null && required) return `the header ${name} is missing`;
    const fault = value === null ? null : schemaFault(value, schema);
    if (fault !== null) return `the header ${name} is ${JSON.stringify(value)}: ${fault}`;
  }
  const names = new Set(told.map(([name]) => name.toLowerCase()));
  const untold = [...headers.keys()].filter((name) => !names.has(name) && !UNTOLD.test(name));
  return untold.length === 0 ? null : `nothing is said of the header ${untold.join(", ")}`;
}

function contentFault(method: string, answer: Answer, headers: Headers, body: string | null): string | null {
  const { content } = answer;
  if (content === undefined) return body === "" ? null : "it has a body";
  const type = headers.get("Content-Type") ?? "";
  const media = content[type];
  if (media === undefined) return `the type ${type} is not one of ${Object.keys(content).join(", ")}`;
  if (body === null) return null;
  if (method === "HEAD") return body === "" ? null : "an answer to HEAD has a body";
  // Who prefers the stored asset gets it, and is told so; for others Sensu's body is empty.
  const isPreferred =
    answer.headers?.["Preference-Applied"] === undefined || headers.has("Preference-Applied");
  if (!isPreferred) return body === "" ? null : "it has a body that was not asked for";
  return bodyFault(type, media, body);
}

function bodyFault(type: string, { schema }: Media, body: string): string | null {
  if (type === "application/json") return jsonFault(body, schema);
  const { contentSchema } = schema;
  if (contentSchema === undefined) return null;
  for (const line of body.split("\n").filter((each) => each !== "")) {
    const fault = jsonFault(line, contentSchema as Media["schema"]);
    if (fault !== null) return fault;
  }
  return null;
}

function jsonFault(text: string, schema: Media["schema"]): string | null {
  try {
    return schemaFault(JSON.parse(text), schema);
  } catch (error) {
    return String(error);
  }
}
