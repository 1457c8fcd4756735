import { BUCKETS, type Histogram, type Meter } from "./meter.ts";

/** A value as it is now, by its name after our prefix; null is left out. */
export type Gauges = Readonly<Record<string, number | null>>;

/** Gauges by what they count: `archives_ok` for `ok`. */
export function gaugesOf(prefix: string, counts: ReadonlyMap<string, number>): Gauges {
  return Object.fromEntries([...counts].map(([name, count]) => [`${prefix}_${name}`, count]));
}

/** Prometheus' text format 0.0.4, with times in seconds. docs/operations.md explains each name. */
export function exposition(meter: Meter, gauges: Gauges): string {
  const { requests, waited, rowsRead, rowsWritten } = meter;
  const lines: string[] = [];
  const family = (name: string, type: string, samples: readonly string[]) => {
    const full = `edge_assets_${name}`;
    lines.push(`# TYPE ${full} ${type}`, ...samples.map((sample) => full + sample));
  };
  const answers = [...requests].map(([labels, { value }]) => `{${labels}} ${value}`);
  family("requests_total", "counter", answers);
  family("d1_seconds", "histogram", histogram(waited.d1));
  family("kv_seconds", "histogram", histogram(waited.kv));
  family("d1_rows_total", "counter", [`{kind="read"} ${rowsRead}`, `{kind="written"} ${rowsWritten}`]);
  for (const [name, value] of Object.entries(gauges)) {
    if (value !== null) family(name, "gauge", [` ${value}`]);
  }
  return `${lines.join("\n")}\n`;
}

function histogram({ counts, count, sum }: Histogram): string[] {
  return [
    ...BUCKETS.map((bound, index) => `_bucket{le="${bound / 1_000}"} ${counts[index]}`),
    `_bucket{le="+Inf"} ${count}`,
    `_sum ${sum / 1_000}`,
    `_count ${count}`,
  ];
}
