// The README as somebody types it: blocks of commands, and what it says they print.

/** Commands of the README, and what stands below them. */
export interface TypedBlock {
  /** The line of the README on which the commands begin. */
  readonly line: number;
  readonly commands: string;
  /** The block of text right below; empty where there is none, which says that nothing is printed. */
  readonly answer: string;
}

/** What differs from run to run stands in angle brackets. */
const PLACEHOLDERS: Readonly<Record<string, string>> = {
  time: String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`,
  n: String.raw`\d+`,
  etag: String.raw`"[0-9a-f]{16}"`,
};

const FENCE = /^```(\w*)\n([^]*?)^```$/gm;

/** The blocks of commands in their order. Text that answers no command is an error: it would be checked by nobody. */
export function typedBlocks(readme: string): TypedBlock[] {
  const fences = [...readme.matchAll(FENCE)].map((match) => {
    const [whole, language = "", text = ""] = match;
    return { language, text, start: match.index, end: match.index + whole.length };
  });
  return fences.flatMap(({ language, text, start, end }, index) => {
    const before = fences[index - 1];
    if (language === "text" && before?.language !== "sh")
      throw new Error(`this text of the README answers no commands:\n${text}`);
    if (language !== "sh") return [];
    const next = fences[index + 1];
    const isAnswered = next?.language === "text" && readme.slice(end, next.start).trim() === "";
    return { line: lineAt(readme, start) + 1, commands: text, answer: isAnswered ? next.text : "" };
  });
}

function lineAt(text: string, index: number): number {
  return text.slice(0, index).split("\n").length;
}

/** Whether something printed is what the README says, which may hold placeholders. */
export function isAnswer(printed: string, answer: string): boolean {
  const pattern = answer
    .split(/(<[a-z]+>)/)
    .map((part, index) => (index % 2 === 0 ? part.replaceAll(/[^\w\s]/g, "\\$&") : patternOf(part)))
    .join("");
  return new RegExp(`^${pattern}$`).test(printed);
}

function patternOf(placeholder: string): string {
  const pattern = PLACEHOLDERS[placeholder.slice(1, -1)];
  if (pattern === undefined) throw new Error(`${placeholder} is none of the placeholders of this test`);
  return pattern;
}
