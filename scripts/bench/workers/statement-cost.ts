/** A statement that was run, and its rows as D1 counts them. */
export interface StatementCost {
  readonly sql: string;
  readonly rowsRead: number;
  /** Rows inserted, updated or deleted. */
  readonly rowsChanged: number;
  readonly rowsReturned: number;
}
