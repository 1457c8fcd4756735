import type { Parameter } from "../http/openapi.ts";
import { text } from "../http/parameters.ts";
import { strictQuery, type QueryOf, type QueryReader, type QueryShape } from "../http/query.ts";
import * as z from "zod";
import { once } from "../lib/once.ts";
import type { Facts } from "./facts.ts";

const fact = (description: string, example: string) =>
  text()
    .optional()
    .meta({ description, examples: [example] });

/** The facts of `entity.system` that a query can say. */
const systemFacts = () => ({
  os: fact("`entity.system.os`: linux, windows, darwin, freebsd, ...", "linux"),
  arch: fact("`entity.system.arch`: amd64, arm64, 386, arm, ...", "amd64"),
  platform: fact("`entity.system.platform`: ubuntu, redhat, alpine, ...", "ubuntu"),
  platform_family: fact("`entity.system.platform_family`: debian, rhel, ...", "debian"),
  platform_version: fact("`entity.system.platform_version`.", "24.04"),
  arm_version: z
    .string()
    .regex(/^\d{1,3}$/, { error: "use a whole number" })
    .transform(Number)
    .optional()
    .meta({
      description: "`entity.system.arm_version`, on 32-bit ARM.",
      type: "integer",
      minimum: 0,
      maximum: 999,
      examples: [7],
    }),
  libc_type: fact("`entity.system.libc_type`, on Linux: glibc or musl.", "glibc"),
  hostname: fact("`entity.system.hostname`.", "web-1"),
  vm_system: fact("`entity.system.vm_system`.", "kvm"),
  vm_role: fact("`entity.system.vm_role`: guest or host.", "guest"),
  cloud_provider: fact("`entity.system.cloud_provider`.", "EC2"),
  float_type: fact("`entity.system.float_type`, on MIPS.", "hardfloat"),
});

/** Those of the entity itself. */
const topFacts = () => ({
  name: fact("`entity.name`.", "web-1"),
  namespace: fact("`entity.namespace`.", "default"),
  entity_class: text()
    .default("agent")
    .meta({
      description: "`entity.entity_class`; agent when left out.",
      examples: ["agent"],
    }),
  user: fact("`entity.user`.", "agent"),
  sensu_agent_version: fact("`entity.sensu_agent_version`.", "6.12.0"),
  subscriptions: fact("`entity.subscriptions`, separated by commas.", "linux,web"),
});

/** `labels.<key>` and `annotations.<key>`. */
const MAP_MEMBER = /^(labels|annotations)\.([^]+)$/;

const MAPS: Parameter = {
  name: "facts",
  in: "query",
  description: "Labels and annotations, one parameter each: `labels.<key>` and `annotations.<key>`.",
  schema: {
    type: "object",
    patternProperties: { "^(labels|annotations)\\..+$": { type: "string" } },
    additionalProperties: false,
  },
  style: "form",
  explode: true,
  example: { "labels.region": "us-west-1" },
};

/**
 * Reads the facts of a machine from a query, `os=linux&arch=amd64&labels.region=eu&subscriptions=linux,web`, beside the
 * parameters of the operation itself. A name that is neither is `invalidArgument`.
 */
export function factsQuery<S extends QueryShape>(
  makeOwn: () => S,
): QueryReader<{ readonly facts: Facts; readonly own: QueryOf<() => S> }> {
  const shapes = once(() => ({ system: systemFacts(), top: topFacts(), own: makeOwn() }));
  const named = strictQuery(() => {
    const { system, top, own } = shapes();
    return { ...system, ...top, ...own };
  });
  return {
    shape: named.shape,
    isStrict: true,
    open: MAPS,
    read(sent) {
      const rest = new URLSearchParams();
      const maps = { labels: new Map<string, string>(), annotations: new Map<string, string>() };
      for (const [parameter, value] of sent) {
        const [, map, key = ""] = MAP_MEMBER.exec(parameter) ?? [];
        if (map === "labels" || map === "annotations") maps[map].set(key, value);
        else rest.append(parameter, value);
      }
      const read = new Map<string, unknown>(Object.entries(named.read(rest)));
      const given = (shape: QueryShape) =>
        Object.fromEntries(
          Object.keys(shape).flatMap((name) =>
            read.get(name) === undefined ? [] : [[name, read.get(name)]],
          ),
        );
      const shape = shapes();
      const { subscriptions, ...top } = given(shape.top);
      const facts: Facts = {
        ...top,
        ...(typeof subscriptions === "string" ? { subscriptions: subscriptions.split(",") } : {}),
        labels: Object.fromEntries(maps.labels),
        annotations: Object.fromEntries(maps.annotations),
        system: given(shape.system),
      };
      // What is left are the members of `own`, read by its own schemas.
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion
      const others = Object.fromEntries(
        Object.keys(shape.own).map((name) => [name, read.get(name)]),
      ) as QueryOf<() => S>;
      return { facts, own: others };
    },
  };
}
