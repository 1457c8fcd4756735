// When an alert fires: a condition on what was logged, or on what /metrics has shown since.

/** Labels of `requests_total`, each by a regular expression that its whole value matches. */
export type Labels = Readonly<Partial<Record<"method" | "status" | "cache", string>>>;

export type Condition =
  /** At least so many lines of these events, with these members, in so many minutes. */
  | {
      readonly kind: "lines";
      readonly events: readonly string[];
      readonly where?: Readonly<Record<string, boolean>>;
      readonly atLeast: number;
      readonly minutes: number;
    }
  /** No line of this event for so many minutes. */
  | { readonly kind: "silence"; readonly event: string; readonly minutes: number }
  /** A gauge is over a value for so many minutes. */
  | { readonly kind: "gauge"; readonly metric: string; readonly over: number; readonly minutes: number }
  /** Of some answers, the share of others, in so many minutes. */
  | {
      readonly kind: "share";
      readonly of: Labels;
      readonly among: Labels;
      readonly over: number;
      readonly minutes: number;
    }
  /** So many times as many such answers as in the same time before. */
  | { readonly kind: "growth"; readonly of: Labels; readonly times: number; readonly minutes: number }
  /** 95 of 100 took longer than one of the histogram's bounds, in seconds. */
  | { readonly kind: "p95"; readonly metric: string; readonly over: number; readonly minutes: number };

/** A line of the log, or a text of /metrics, and when it was written; milliseconds since the epoch. */
export interface Line {
  readonly at: number;
  readonly line: Readonly<Record<string, unknown>>;
}

export interface Scrape {
  readonly at: number;
  readonly text: string;
}

/** What an operator has seen until now. */
export interface Observed {
  readonly now: number;
  readonly lines: readonly Line[];
  /** Of one isolate, the oldest first. */
  readonly scrapes: readonly Scrape[];
}

const MINUTE_MS = 60_000;
/** Fewer answers than these are no flood, however few there were before. */
const FEWEST_FOR_GROWTH = 20;

/** Whether the condition holds of what was seen. */
export function fires(condition: Condition, seen: Observed): boolean {
  const since = seen.now - condition.minutes * MINUTE_MS;
  switch (condition.kind) {
    case "lines": {
      const { events, where = {}, atLeast } = condition;
      const found = seen.lines.filter(
        ({ at, line }) =>
          at > since &&
          events.includes(String(line["event"])) &&
          Object.entries(where).every(([name, value]) => line[name] === value),
      );
      return found.length >= atLeast;
    }
    case "silence":
      return !seen.lines.some(({ at, line }) => at > since && line["event"] === condition.event);
    case "gauge": {
      const values = seen.scrapes
        .filter(({ at }) => at >= since)
        .map(({ text }) => samplesOf(text).get(`edge_assets_${condition.metric}`));
      return values.length > 0 && values.every((value) => value !== undefined && value > condition.over);
    }
    case "share": {
      const all = answers(condition.among, seen, since, seen.now);
      return all > 0 && answers(condition.of, seen, since, seen.now) / all > condition.over;
    }
    case "growth": {
      const now = answers(condition.of, seen, since, seen.now);
      const before = answers(condition.of, seen, since - condition.minutes * MINUTE_MS, since);
      return now >= FEWEST_FOR_GROWTH && now >= condition.times * before;
    }
    default: {
      const { metric, over } = condition;
      const calls = increase(new RegExp(`^edge_assets_${metric}_count$`), seen, since, seen.now);
      const bucket = new RegExp(`^edge_assets_${metric}_bucket\\{le="${over}"\\}$`);
      return calls > 0 && increase(bucket, seen, since, seen.now) < 0.95 * calls;
    }
  }
}

/** The condition as the table of docs/operations.md says it. */
export function conditionText(condition: Condition): string {
  const { minutes } = condition;
  switch (condition.kind) {
    case "lines": {
      const { events, where = {}, atLeast } = condition;
      const names = events.map((event) => `\`${event}\``).join(" or ");
      const members = Object.entries(where).map(([name, value]) => ` with \`"${name}":${value}\``);
      return `log: ${names}${members.join("")}, ${atLeast === 1 ? "any" : `${atLeast} lines`} in ${minutes} minutes`;
    }
    case "silence":
      return `log: no \`${condition.event}\` for ${minutes} minutes`;
    case "gauge":
      return `metrics: \`${condition.metric}\` over ${condition.over.toLocaleString("en")} for ${minutes} minutes`;
    case "share":
      return `metrics: over ${condition.over * 100} % of ${labelsText(condition.among)} in ${minutes} minutes are ${labelsText(condition.of)}`;
    case "growth":
      return `metrics: ${condition.times} times as many ${labelsText(condition.of)} in ${minutes} minutes as in those before, ${FEWEST_FOR_GROWTH} or more`;
    default:
      return `metrics: 95th percentile of \`${condition.metric}\` over ${condition.over} s for ${minutes} minutes`;
  }
}

/** As a selector of Prometheus; a pipe would end the cell of a table. */
function labelsText(labels: Labels): string {
  const matchers = Object.entries(labels).map(
    ([name, value]) => `${name}=~"${value.replaceAll("|", "\\|")}"`,
  );
  return `\`requests_total${matchers.length === 0 ? "" : `{${matchers.join(",")}}`}\``;
}

function answers(labels: Labels, seen: Observed, from: number, to: number): number {
  const all = ["method", "route", "status", "cache"] as const;
  const parts = all.map((name) => `${name}="(?:${name === "route" ? '[^"]*' : (labels[name] ?? '[^"]*')})"`);
  return increase(new RegExp(`^edge_assets_requests_total\\{${parts.join(",")}\\}$`), seen, from, to);
}

/** By how much the counters of a name have grown between two times. */
function increase(name: RegExp, { scrapes }: Observed, from: number, to: number): number {
  const before = scrapes.findLast(({ at }) => at <= from) ?? scrapes[0];
  const after = scrapes.findLast(({ at }) => at <= to);
  return sumOf(name, after) - sumOf(name, before);
}

function sumOf(name: RegExp, scrape: Scrape | undefined): number {
  let sum = 0;
  for (const [sample, value] of samplesOf(scrape?.text ?? "")) if (name.test(sample)) sum += value;
  return sum;
}

/** The samples of a text of /metrics, by name and labels. */
function samplesOf(text: string): Map<string, number> {
  const samples = new Map<string, number>();
  for (const line of text.split("\n")) {
    const space = line.lastIndexOf(" ");
    if (space > 0 && !line.startsWith("#")) samples.set(line.slice(0, space), Number(line.slice(space + 1)));
  }
  return samples;
}
