import { principalOf } from "../context.ts";
import { SIMPLE } from "../definitions/examples.ts";
import * as answers from "../http/answers.ts";
import { operation } from "../http/operation.ts";
import { namespaceOf } from "../http/place.ts";
import { strictQuery } from "../http/query.ts";
import { json } from "../http/respond.ts";
import { jsonObject } from "../lib/json-object.ts";
import { FINDING } from "../resolve/lint/answers.ts";
import { Plan } from "./answers.ts";
import { withArchives } from "./archive-states.ts";
import { readDefinitions } from "./definitions.ts";
import { ALIASES, BAD_SET, LINTED, planQuery, setBody, TOO_LARGE } from "./description.ts";
import { lintOf, optionsOf, type Uses } from "./options.ts";

const CHANGES = {
  seq: 41,
  create: [
    {
      name: "my-secure-asset",
      lines: [`+ sha512: "${SIMPLE.sha512}"`],
      patch: SIMPLE,
      lint: [FINDING],
    },
  ],
  update: [],
  unchanged: ["sensu/http-checks"],
  delete: [{ name: "old", lines: ['- url: "https://assets.example.com/old.tar.gz"'] }],
  truncated: false,
  archives: [{ name: "my-secure-asset", build: 0, state: "unknown" }],
};

export const planSet = operation({
  id: "planSet",
  tag: "Plan and apply",
  summary: "Plan a set of definitions",
  description:
    "Compares a set of definitions with the namespace and says what would be created, updated, left and (with `prune=true`) deleted, each with its difference and lint. Writes nothing. The caller must hold `edit` at every name of the set. A prune that deletes more than `max_delete` allows is refused before anything is compared.",
  query: strictQuery(planQuery, ALIASES),
  body: setBody(
    "The set: a JSON array, one definition, or one a line. At most 1,000 definitions, 8 MiB, and 18 MiB as they are stored. An empty body is refused; `[]` is the set of none.",
    true,
  ),
  answers: {
    200: answers.json(
      "What would change.",
      Plan,
      { plan: "plan-0b6c1f8e-7c39-4f0a-9d55-0b5d3f3f6c11", ...CHANGES },
      LINTED,
    ),
    400: answers.invalid(...BAD_SET),
    404: answers.notFound("The namespace does not exist.", "the namespace team-a does not exist"),
    413: TOO_LARGE,
    503: answers.shared("Unavailable"),
  },
  async handle(asked, services: Uses) {
    const { apply } = services;
    const options = optionsOf(asked.query, services);
    const by = principalOf(asked);
    const namespace = namespaceOf(asked);
    const set = readDefinitions(await asked.body(), namespace);
    const plan = await apply.plan(by, namespace, set, options);
    const shown = await withArchives(
      await apply.show(by, plan, options.linter),
      plan,
      { by: by.name, now: asked.now },
      services,
    );
    const saved = JSON.stringify(await apply.save(plan, asked.now));
    return json(jsonObject([["plan", saved], ...shown]), lintOf(set.values(), options));
  },
});
