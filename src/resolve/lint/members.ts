import {
  COMPARED_CHARACTERS,
  likelyMember,
  membersBeside,
  pathOf,
  type UnknownMember,
} from "../../definitions/unknown-members.ts";
import type { Budget } from "../../es5/budget.ts";
import type { Findings } from "./finding.ts";

/** What it takes to compare a character of a name with one of another. */
const COMPARISON_WORK = 1;

/** Finds members that are ignored because no asset has them, and names those that were likely meant. Throws BudgetExhausted. */
export function lintMembers(unknown: readonly UnknownMember[], budget: Budget, findings: Findings): void {
  for (const member of unknown) {
    budget.spend(COMPARISON_WORK * member.name.length * COMPARED_CHARACTERS);
    const likely = likelyMember(member);
    const hint =
      likely === null
        ? `the members here are ${membersBeside(member).join(", ")}`
        : `did you mean ${likely}?`;
    findings.add(
      "unknown-member",
      pathOf(member.parent, member.name),
      `No asset has this member, so it is ignored; ${hint}`,
    );
  }
}
