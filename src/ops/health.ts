/** What the platform below can be asked about itself. */
export interface Health {
  /** Whether D1 answers. Never throws. */
  readonly databaseAnswers: () => Promise<boolean>;
}
