export function patternProblem(_pattern: string): string | null {
  return null;
}
