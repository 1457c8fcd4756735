import * as z from "zod";
import { invalid } from "../errors.ts";

// Functions, so that an isolate that starts builds no schema: an operation builds those of its query when it is first called.

/** Characters of a parameter that an error repeats. */
const SHOWN_CHARACTERS = 64;

/** `true` or `false`, in lower case. */
export function flag() {
  return z.enum(["true", "false"], { error: "use true or false" }).transform((sent) => sent === "true");
}

/** A whole number of at most 15 digits. */
export function wholeNumber() {
  return z
    .string()
    .regex(/^\d{1,15}$/, { error: "use a whole number" })
    .transform(Number)
    .meta({ type: "integer", minimum: 0, maximum: 999_999_999_999_999 });
}

/** Any text. */
export function text() {
  return z.string();
}

/** A text of at most this many characters. */
export function textUpTo(characters: number) {
  return z.string().max(characters, { error: `use at most ${characters} characters` });
}

/** One of some words. `hint` says what they mean, where the words alone do not. */
export function oneOf<const W extends readonly [string, ...string[]]>(words: W, hint = listed(words)) {
  return z.enum(words, { error: `use ${hint}` });
}

/** What to write where a time cannot be read. */
export const TIME_ADVICE = "use a time such as 2026-01-31T12:00:00Z, or Unix seconds";

/** A time as milliseconds since the epoch: RFC 3339, or whole seconds since the epoch. */
export function time() {
  return z.string().transform((written, context) => {
    const at = /^\d{1,12}$/.test(written) ? Number(written) * 1000 : Date.parse(written);
    if (!Number.isNaN(at)) return at;
    context.addIssue({ code: "custom", message: TIME_ADVICE });
    return z.NEVER;
  });
}

/** What a parameter of the query or the path says. Throws `invalidArgument` with its name. */
export function readParameter<T>(schema: z.ZodType<T>, name: string, sent: unknown): T {
  const read = schema.safeParse(sent);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw invalid(`invalid ${name} "${shortened(String(sent))}": ${issue?.message ?? "it cannot be read"}`);
}

/** A text as an error repeats it: not all of a long one. */
export function shortened(sent: string): string {
  return sent.length > SHOWN_CHARACTERS ? `${sent.slice(0, SHOWN_CHARACTERS)}...` : sent;
}

function listed(words: readonly string[]): string {
  const last = words.at(-1) ?? "";
  const before = words.slice(0, -1);
  return before.length === 0 ? last : `${before.join(", ")} or ${last}`;
}
