import { hasTooManyStars, MAX_GRANT_CHARACTERS, MAX_GRANTS, parseGrant, type Grant } from "./grants.ts";

/** Without control characters, which would go to logs and headers as they are. */
const SUBJECT = /^\P{Cc}{1,255}$/u;

/** Whether a text can be the subject of a token, which names a principal: 1 to 255 characters, none of them a control. */
export function isSubject(text: string): boolean {
  return SUBJECT.test(text);
}

/** The subject of a token. Throws when the claim is not one. */
export function readSubject(claim: unknown): string {
  if (typeof claim !== "string" || !isSubject(claim)) throw new Error("the token's subject is not a name");
  return claim;
}

/** The grants of a token: an array of grant strings, each of which must be one, and no more than a key may have. */
export function readTokenGrants(claim: unknown): Grant[] {
  if (!Array.isArray(claim)) throw new Error("the grants are not an array");
  if (claim.length > MAX_GRANTS) throw new Error("the token has too many grants");
  const grants = readGrants(claim);
  if (claim.join("").length > MAX_GRANT_CHARACTERS) throw new Error("the token's grants are too long");
  if (grants.some(hasTooManyStars)) throw new Error("a glob of the token's grants has too many stars");
  return grants;
}

/** Reads grant strings, each of which must be one. */
export function readGrants(texts: readonly unknown[]): Grant[] {
  return texts.map((text) => {
    const grant = typeof text === "string" ? parseGrant(text) : null;
    if (grant === null) throw new Error("a grant is not of the form role@namespace");
    return grant;
  });
}
