/** SQL that is true of a row of `api_keys` that is neither revoked nor expired at a time, a bound parameter's name. */
export function liveAt(now: string): string {
  return `revoked_at IS NULL AND (api_keys.expires_at IS NULL OR api_keys.expires_at > ${now})`;
}

/** The grants of a key as its row holds them, a JSON array of texts. */
export function readGrantsColumn(text: string): readonly string[] {
  const grants: unknown = JSON.parse(text);
  return Array.isArray(grants) ? grants.map(String) : [];
}
