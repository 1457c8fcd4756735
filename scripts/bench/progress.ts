// What goes on, on stderr, a line a step: also when nobody's terminal is there, and from the first second.
const started = performance.now();

export function progress(step: string): void {
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.error(`${seconds.padStart(6)} s  ${step}`);
}
