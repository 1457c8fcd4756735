import type { CharacterSet } from "./classes.ts";
import { parsePattern, type Assertion, type PatternFlags, type PatternNode, type Repeat } from "./parse.ts";
import { transformPattern } from "./transform.ts";

/** One step of the matching machine; `to` and `or` are indices of steps, `to` is tried first. */
export type Step =
  | { op: "set"; set: CharacterSet; fold: boolean }
  | { op: "assert"; kind: Assertion }
  | { op: "save"; slot: number }
  | { op: "split"; to: number; or: number }
  | { op: "jump"; to: number }
  | { op: "match" };

export interface PatternProgram {
  steps: Step[];
  /** Two per group, the whole match included. */
  slots: number;
}

/** More steps than this are not built; the longest pattern in sight of 2,000 characters stays below. */
const MAX_STEPS = 4000;

/** Why otto refuses the pattern (in a literal, on write), or `null`. */
export function patternProblem(source: string): string | null {
  const transformed = transformPattern(source);
  if ("problem" in transformed) return transformed.problem;
  try {
    parsePattern(transformed.pattern, { ignoreCase: false, multiline: false });
    return null;
  } catch (error) {
    if (error instanceof SyntaxError) return error.message;
    throw error;
  }
}

/**
 * Builds the machine for a JavaScript pattern. Throws TypeError where otto's rewriting refuses the pattern, SyntaxError
 * where Go does, and RangeError when it would be too large.
 */
export function compilePattern(source: string, flags: PatternFlags): PatternProgram {
  const transformed = transformPattern(source);
  if ("problem" in transformed) throw new TypeError(transformed.problem);
  const { node, groups } = parsePattern(transformed.pattern, flags);
  const steps: Step[] = [];
  emitGroup(steps, 0, node);
  emit(steps, { op: "match" });
  return { steps, slots: 2 * (groups + 1) };
}

function emit<S extends Step>(steps: Step[], step: S): S {
  if (steps.length >= MAX_STEPS) throw new RangeError("expression too large");
  steps.push(step);
  return step;
}

function emitGroup(steps: Step[], index: number, node: PatternNode): void {
  emit(steps, { op: "save", slot: 2 * index });
  emitNode(steps, node);
  emit(steps, { op: "save", slot: 2 * index + 1 });
}

function emitNode(steps: Step[], node: PatternNode): void {
  switch (node.type) {
    case "set":
      emit(steps, { op: "set", set: node.set, fold: node.fold });
      return;
    case "assert":
      emit(steps, { op: "assert", kind: node.kind });
      return;
    case "group":
      emitGroup(steps, node.index, node.node);
      return;
    case "sequence":
      for (const one of node.nodes) emitNode(steps, one);
      return;
    case "choice":
      emitChoice(steps, node.nodes);
      return;
    case "repeat":
      for (let count = 0; count < node.min; count += 1) emitNode(steps, node.node);
      if (node.max === Infinity) emitLoop(steps, node);
      else emitOptional(steps, node);
  }
}

function emitChoice(steps: Step[], nodes: PatternNode[]): void {
  const jumps = nodes.slice(0, -1).map((node) => {
    const split = emit(steps, { op: "split", to: steps.length + 1, or: 0 });
    emitNode(steps, node);
    const jump = emit(steps, { op: "jump", to: 0 });
    split.or = steps.length;
    return jump;
  });
  const last = nodes.at(-1);
  if (last !== undefined) emitNode(steps, last);
  for (const jump of jumps) jump.to = steps.length;
}

function emitLoop(steps: Step[], { node, greedy }: Repeat): void {
  const start = steps.length;
  const split = emit(steps, { op: "split", to: start + 1, or: start + 1 });
  emitNode(steps, node);
  emit(steps, { op: "jump", to: start });
  if (greedy) split.or = steps.length;
  else split.to = steps.length;
}

function emitOptional(steps: Step[], { node, min, max, greedy }: Repeat): void {
  const splits = [];
  for (let count = min; count < max; count += 1) {
    const start = steps.length;
    splits.push(emit(steps, { op: "split", to: start + 1, or: start + 1 }));
    emitNode(steps, node);
  }
  for (const split of splits) {
    if (greedy) split.or = steps.length;
    else split.to = steps.length;
  }
}
