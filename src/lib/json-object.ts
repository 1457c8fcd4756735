/** A member of a JSON object, its value as JSON text. Its name needs no escaping. */
export type JsonMember = readonly [name: string, json: string];

/** The JSON object of these members, for texts that are JSON already and too long to be parsed and written again. */
export function jsonObject(members: readonly JsonMember[]): string {
  return `{${members.map(([name, json]) => `"${name}":${json}`).join(",")}}`;
}
