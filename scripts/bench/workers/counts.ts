/** Calls of bindings that an isolate has made so far. */
export interface Counts {
  /** D1: statements run on their own, and batches. */
  readonly queries: number;
  readonly batches: number;
  readonly kvGets: number;
  readonly kvPuts: number;
}
