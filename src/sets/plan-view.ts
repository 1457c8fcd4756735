import type { Json } from "../definitions/merge-patch.ts";
import { differenceLines, mergePatchBetween } from "../history/difference.ts";
import { findingsIn } from "../resolve/lint/asset-findings.ts";
import type { Linter } from "../resolve/lint/linter.ts";
import type { SetStore } from "../store/set-store.ts";
import type { JsonMember } from "../lib/json-object.ts";
import { utf8Bytes } from "../lib/text-bytes.ts";
import type { Definition, Plan } from "./plan.ts";

/** Bytes of differences and lint in one answer. */
const DETAIL_BYTES = 1024 * 1024;

/**
 * The members that show a plan in an answer: each change with its difference and lint, as `by` would write it. Beyond
 * 1 MiB of details, changes have their names alone and `truncated` is true. Updates come first, then deletes, then
 * creates, which only repeat what was sent.
 */
export async function showPlan(
  plan: Plan,
  by: string,
  store: Pick<SetStore, "definitions">,
  linter: Linter,
): Promise<readonly JsonMember[]> {
  const changed = [...plan.update.map(({ name }) => name), ...plan.delete];
  const current = await store.definitions(plan.namespace, changed, DETAIL_BYTES);
  const entries = new Entries();
  const written = async (definition: Definition, before: Json) => {
    const after = parse((await definition.write(by)).definition);
    const lines = differenceLines(before, after);
    return { lines, patch: mergePatchBetween(before, after), lint: findingsIn(definition, linter) };
  };

  const update: string[] = [];
  for (const definition of plan.update) {
    const before = current.get(definition.name);
    update.push(
      await entries.add(
        definition.name,
        before === undefined ? null : () => written(definition, parse(before)),
      ),
    );
  }
  const deleted: string[] = [];
  for (const name of plan.delete) {
    const before = current.get(name);
    deleted.push(
      await entries.add(
        name,
        before === undefined ? null : () => ({ lines: differenceLines(parse(before), null) }),
      ),
    );
  }
  const create: string[] = [];
  for (const definition of plan.create)
    create.push(await entries.add(definition.name, () => written(definition, null)));

  return [
    ["seq", String(plan.seq)],
    ["create", `[${create.join(",")}]`],
    ["update", `[${update.join(",")}]`],
    ["unchanged", JSON.stringify(plan.unchanged)],
    ["delete", `[${deleted.join(",")}]`],
    ["truncated", String(entries.truncated)],
  ];
}

/** Changes as JSON, with their details while there is room for them. */
class Entries {
  truncated = false;
  #left = DETAIL_BYTES;

  /** `details` is called only while there is room; null: what they need does not fit. */
  async add(name: string, details: (() => object | Promise<object>) | null): Promise<string> {
    if (!this.truncated && details !== null) {
      const text = JSON.stringify({ name, ...(await details()) });
      this.#left -= utf8Bytes(text);
      if (this.#left >= 0) return text;
    }
    this.truncated = true;
    return JSON.stringify({ name });
  }
}

function parse(definition: string): Json {
  const value: Json = JSON.parse(definition);
  return value;
}
