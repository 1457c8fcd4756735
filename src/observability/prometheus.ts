import { BUCKETS, type Histogram, type Meter } from "./meter.ts";

/** A value as it is now: its name after our prefix, what it says, and its number; null is left out. */
export type Gauge = readonly [name: string, help: string, value: number | null];

/** Prometheus' text format 0.0.4. Times are in seconds there. */
export function exposition(meter: Meter, gauges: readonly Gauge[]): string {
  const { requests, waited, rowsRead, rowsWritten } = meter;
  const lines: string[] = [];
  const family = (name: string, type: string, help: string, samples: readonly string[]) => {
    const full = `edge_assets_${name}`;
    lines.push(`# HELP ${full} ${help}`, `# TYPE ${full} ${type}`, ...samples.map((sample) => full + sample));
  };
  const answers = [...requests].map(([labels, { value }]) => `{${labels}} ${value}`);
  family("requests_total", "counter", "Answers of this isolate.", answers);
  family("d1_seconds", "histogram", "Waits of requests for D1.", histogram(waited.d1));
  family("kv_seconds", "histogram", "Waits of requests for KV.", histogram(waited.kv));
  family("d1_rows_total", "counter", "Rows that requests read and wrote in D1.", [
    `{kind="read"} ${rowsRead}`,
    `{kind="written"} ${rowsWritten}`,
  ]);
  for (const [name, help, value] of gauges) if (value !== null) family(name, "gauge", help, [` ${value}`]);
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
