import { atMostValues, BODY_VALUES, parseBody, readBody } from "../http/body.ts";
import type { BodyReader } from "../http/request-body.ts";
import { ref } from "../lib/schema-ref.ts";
import { Entity } from "./answers.ts";
import { factsOfEntity, TOO_MANY_FACTS, type Facts } from "./facts.ts";

/** The facts of a machine as an entity's JSON. */
export const ENTITY_BODY: BodyReader<Facts> = {
  description: "The entity.",
  required: true,
  content: {
    "application/json": {
      schema: ref(Entity),
      examples: {
        flat: {
          summary: "As filters see it",
          value: {
            name: "web-1",
            labels: { region: "us-west-1" },
            system: { os: "linux", arch: "amd64" },
          },
        },
        served: {
          summary: "As Sensu serves it",
          value: {
            metadata: { name: "web-1", namespace: "default", labels: { region: "us-west-1" } },
            entity_class: "agent",
            system: { os: "linux", arch: "amd64", platform: "ubuntu" },
          },
        },
      },
    },
  },
  read: async (request) =>
    factsOfEntity(parseBody(await readBody(request), atMostValues(BODY_VALUES, TOO_MANY_FACTS))),
};
