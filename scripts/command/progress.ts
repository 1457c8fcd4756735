// A bar on standard error while something takes long; none where that is no terminal.
import type { CommandIo } from "./io.ts";

const WIDTH = 24;

/** What is being done, and how far it is; `total` is null where nobody knows it. */
export interface Progress {
  readonly show: (done: number, total: number | null) => void;
  readonly end: () => void;
}

/** Starts a bar with a label such as `Reading assets`. */
export function progress(label: string, { stderr }: CommandIo): Progress {
  if (stderr.isTTY !== true) return { show: () => undefined, end: () => undefined };
  return {
    show: (done, total) => void stderr.write(`\r\u001b[K${label} ${drawn(done, total)}`),
    end: () => void stderr.write("\r\u001b[K"),
  };
}

/** `[######------] 50 %`, or the bare number. */
export function drawn(done: number, total: number | null): string {
  if (total === null) return done === 0 ? "..." : done.toLocaleString("en");
  const part = total === 0 ? 1 : Math.min(1, done / total);
  const filled = Math.round(part * WIDTH);
  return `[${"#".repeat(filled)}${"-".repeat(WIDTH - filled)}] ${Math.floor(part * 100)} %`;
}
