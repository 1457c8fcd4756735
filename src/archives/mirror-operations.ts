import * as z from "zod";
import { commitOf } from "../context.ts";
import { namespaceMissing } from "../errors.ts";
import * as answers from "../http/answers.ts";
import { operation } from "../http/operation.ts";
import { namespaceOf } from "../http/place.ts";
import { jsonBody } from "../http/request-body.ts";
import { json } from "../http/respond.ts";
import { bodySchema } from "../lib/schema-ref.ts";
import type { ArchiveReader, ArchiveStores, CopyStore } from "../store/archive-store.ts";
import { Mirror } from "./answers.ts";

/** Reads and sets how namespaces use copies. */
type Mirrors = Pick<CopyStore, "setMirror"> & Pick<ArchiveReader, "mirror">;

interface Uses {
  readonly mirrors: Mirrors;
}

/** The settings of namespaces in these stores. */
export function mirrorsOf({ copies, reader }: Pick<ArchiveStores, "copies" | "reader">): Mirrors {
  return {
    setMirror: (...given) => copies.setMirror(...given),
    mirror: (namespace) => reader.mirror(namespace),
  };
}

const Setting = bodySchema(
  "MirrorSetting",
  "How a namespace uses copies. `off`: not at all, and none are made for it. `fallback`: resolutions name the copy beside the URL. `prefer`: the same, and clients try the copy first.",
  () =>
    z.strictObject({
      mirror: z.enum(["off", "fallback", "prefer"], { error: "use off, fallback or prefer" }),
    }),
);
const DEFAULT = { namespace: "default", mirror: "fallback" };

export const getMirror = operation({
  id: "getMirror",
  tag: "Archives",
  summary: "How a namespace uses copies of archives",
  description: "`off`, `fallback` (unless it was set) or `prefer`.",
  answers: { 200: answers.json("How.", Mirror, DEFAULT), 503: answers.shared("Unavailable") },
  async handle(asked, { mirrors }: Uses) {
    const namespace = namespaceOf(asked);
    return json(JSON.stringify({ namespace, mirror: await mirrors.mirror(namespace) }));
  },
});

export const setMirror = operation({
  id: "setMirror",
  tag: "Archives",
  summary: "Set how a namespace uses copies of archives",
  description:
    "Resolutions follow within about a minute. A `url` in an asset is never another because of it.",
  body: jsonBody(Setting, {
    description: "The setting.",
    examples: { prefer: { summary: "Copies first", value: { mirror: "prefer" } } },
  }),
  answers: {
    200: answers.json("It is set.", Mirror, { ...DEFAULT, mirror: "prefer" }),
    400: answers.invalid("invalid mirror: use off, fallback or prefer"),
    404: answers.notFound("There is no such namespace.", "the namespace nope does not exist"),
    413: answers.shared("TooLarge"),
    503: answers.shared("Unavailable"),
  },
  async handle(asked, { mirrors }: Uses) {
    const namespace = namespaceOf(asked);
    const { mirror } = await asked.body();
    if (!(await mirrors.setMirror(namespace, mirror, commitOf(asked)))) throw namespaceMissing(namespace);
    return json(JSON.stringify({ namespace, mirror }));
  },
});
