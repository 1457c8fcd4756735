// Where answers come from, as one picture. It brings its own ground, so that it reads on any page.
import { asks, polls, type Result } from "./report.ts";

const WIDTH = 760;
const LABELS = 250;
const ROW = 26;
const TOP = 74;
/** Room for the figure behind a bar. */
const FIGURE = 90;

const PARTS = [
  { name: "memory", color: "#0969da" },
  { name: "memory, after the journal", color: "#74b2f7" },
  { name: "KV", color: "#bf8700" },
  { name: "D1", color: "#cf222e" },
] as const;

/** SVG: a bar for each scenario, in parts by tier, and its 95th percentile behind it. */
export function worldChart(results: readonly Result[]): string {
  const height = TOP + results.length * ROW + 16;
  const legend = PARTS.map(
    ({ name, color }, index) =>
      `<rect x="${16 + index * 170}" y="40" width="12" height="12" fill="${color}"/>` +
      `<text class="text" x="${34 + index * 170}" y="51" font-size="12">${name}</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}"
  role="img" aria-labelledby="title" font-family="system-ui, sans-serif" font-size="13">
<title id="title">Where answers come from in the simulated world, and the milliseconds of the 95th percentile</title>
<style>
  .ground { fill: #ffffff; stroke: #d0d7de } .text { fill: #1f2328 }
  @media (prefers-color-scheme: dark) { .ground { fill: #0d1117; stroke: #3d444d } .text { fill: #f0f6fc } }
</style>
<rect class="ground" x="0.5" y="0.5" width="${WIDTH - 1}" height="${height - 1}" rx="6"/>
<text class="text" x="16" y="26" font-weight="600">Where answers come from, and their 95th percentile</text>
${legend.join("\n")}
${results.map(bar).join("\n")}
</svg>
`;
}

function bar({ scenario, measured }: Result, index: number): string {
  const { hot, tiers, requests, durations } = measured.total;
  const y = TOP + index * ROW;
  const room = WIDTH - LABELS - FIGURE;
  let x = LABELS;
  const parts = [hot, tiers.MEMORY - hot, tiers.KV, tiers.D1 + tiers.STALE].map((count, part) => {
    const width = (count / Math.max(1, requests)) * room;
    const drawn = `<rect x="${x.toFixed(1)}" y="${y}" width="${width.toFixed(1)}" height="16" fill="${PARTS[part]?.color}"/>`;
    x += width;
    return drawn;
  });
  const label = `${scenario.agents.toLocaleString("en")}, ${asks(scenario)}, ${polls(scenario)}`;
  return [
    `<text class="text" x="16" y="${y + 13}">${label}</text>`,
    ...parts,
    `<text class="text" x="${WIDTH - FIGURE + 8}" y="${y + 13}">${durations.within(0.95)} ms</text>`,
  ].join("\n");
}
