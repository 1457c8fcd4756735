/** Statements for one D1 batch, each bound to the same JSON text if there is one, and entries for KV. */
export interface Load {
  readonly sql?: readonly string[];
  readonly json?: string;
  readonly entries?: readonly (readonly [key: string, value: string])[];
}
