import * as z from "zod";
import { answerSchema } from "../lib/schema-ref.ts";
import { MEMBERS } from "./schema.ts";

// Sensu's objects as they are served. They are closed: a member that is not described does not exist.

const TextMap = () => z.record(z.string(), z.string());
const Filters = () => z.union([z.array(z.string()), TextMap()]);
const URL_TEXT = MEMBERS.url.description;
const SHA512_TEXT = MEMBERS.sha512.description;
const HEADERS_TEXT = MEMBERS.headers.description;

export const ServedBuild = answerSchema("ServedBuild", "A build as it is served.", () =>
  z.strictObject({
    url: z.string().describe(URL_TEXT).optional(),
    sha512: z.string().describe(SHA512_TEXT).optional(),
    filters: Filters().nullable(),
    headers: TextMap().nullable().describe(HEADERS_TEXT),
  }),
);

/** An asset as it is served: member order, nulls and omissions are Sensu's (contract §1.3). */
export const ServedAsset = answerSchema(
  "ServedAsset",
  "An asset as it is served: Sensu's bytes, with its member order, nulls and omissions.",
  () =>
    z.strictObject({
      url: z.string().describe(`${URL_TEXT} Absent when empty.`).optional(),
      sha512: z.string().describe(`${SHA512_TEXT} Absent when empty.`).optional(),
      filters: Filters().nullable(),
      builds: z.array(ServedBuild.zod).nullable().describe("Null when there are none."),
      metadata: z.strictObject({
        name: z.string(),
        namespace: z.string(),
        labels: TextMap().optional(),
        annotations: TextMap().optional(),
        created_by: z.string().describe("Who wrote it last: a token's subject or a key's name."),
      }),
      headers: TextMap().nullable().describe(HEADERS_TEXT),
    }),
);
