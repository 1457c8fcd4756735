// The comparison as one picture: bars of requests a second. It brings its own ground, so that it reads on any page.
import type { Results } from "./results.ts";
import { median } from "./statistics.ts";

interface Bar {
  readonly label: string;
  readonly value: number;
  readonly ours: boolean;
}

/** What is drawn, from top to bottom: group and name of a case at 16 connections, and what it is called. */
const DRAWN: readonly (readonly [group: string, name: string, label: string])[] = [
  ["hot", "empty Worker", "empty Worker: the limit"],
  ["hot", "bare Worker, the same answers", "bare Worker, same answers"],
  ["hot", "hot GET, 1,000 names", "Edge Assets: hot GET"],
  ["hot", "hot 304", "Edge Assets: hot 304"],
  ["hot", "hot resolve", "Edge Assets: hot resolve"],
  ["stores", "GET from KV", "Edge Assets: GET from KV"],
  ["stores", "plain Worker over KV", "plain Worker over KV"],
  ["stores", "GET from D1", "Edge Assets: GET from D1"],
  ["stores", "plain Worker over D1", "plain Worker over D1"],
];

const WIDTH = 760;
const LABELS = 230;
const ROW = 30;
const TOP = 64;
/** Room for the figure behind a bar. */
const FIGURE = 80;

/** SVG. Cases that were not measured have no bar. */
export function chart(results: Results): string {
  const bars = barsOf(results);
  const most = Math.max(...bars.map(({ value }) => value));
  const height = TOP + bars.length * ROW + 24;
  const { date, machine } = results;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}"
  role="img" aria-labelledby="title description" font-family="system-ui, sans-serif" font-size="14">
<title id="title">Requests a second at 16 connections</title>
<desc id="description">${bars.map(({ label, value }) => `${label}: ${number(value)}`).join("; ")}</desc>
<style>
  .ground { fill: #ffffff; stroke: #d0d7de } .text { fill: #1f2328 } .quiet { fill: #59636e }
  .ours { fill: #0969da } .other { fill: #9aa4ae }
  @media (prefers-color-scheme: dark) {
    .ground { fill: #0d1117; stroke: #3d444d } .text { fill: #f0f6fc } .quiet { fill: #9198a1 }
    .ours { fill: #4493f8 } .other { fill: #656c76 }
  }
</style>
<rect class="ground" x="0.5" y="0.5" width="${WIDTH - 1}" height="${height - 1}" rx="6"/>
<text class="text" x="16" y="28" font-weight="600">Requests a second at 16 connections</text>
<text class="quiet" x="16" y="48" font-size="12">${escape(`${date}, ${machine.cpu}, ${machine.cores} cores`)}</text>
${bars.map((bar, index) => drawn(bar, index, most)).join("\n")}
</svg>
`;
}

function barsOf({ measured }: Results): Bar[] {
  return DRAWN.flatMap(([group, name, label]) => {
    const found = measured.find((one) => one.group === group && one.name === name && one.connections === 16);
    if (found === undefined) return [];
    const value = median(found.rounds.map(({ perSecond }) => perSecond));
    return [{ label, value, ours: found.contender === "ours" }];
  });
}

function drawn({ label, value, ours }: Bar, index: number, most: number): string {
  const y = TOP + index * ROW;
  const length = ((WIDTH - LABELS - FIGURE) * value) / most;
  const end = LABELS + length;
  return `<text class="text" x="${LABELS - 10}" y="${y + 19}" text-anchor="end">${escape(label)}</text>
<rect class="${ours ? "ours" : "other"}" x="${LABELS}" y="${y + 5}" width="${length.toFixed(1)}" height="20" rx="2"/>
<text class="text" x="${(end + 8).toFixed(1)}" y="${y + 19}">${number(value)}</text>`;
}

function number(value: number): string {
  return Math.round(value).toLocaleString("en");
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
