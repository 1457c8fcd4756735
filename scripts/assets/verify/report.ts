// Sends what was found to the deployment, by the namespaces that use the archives.
import type { Deployment } from "../../command/deployment.ts";
import { forPrograms, type Checked } from "./shown.ts";

/** Findings in one request. */
const BATCH = 100;

/** Reports findings; how many. What the machine could not look at says nothing to others. */
export async function reportFindings({ ask }: Deployment, all: readonly Checked[]): Promise<number> {
  const byNamespace = new Map<string, Map<string, object>>();
  for (const checked of all) {
    const { digest, url, state, detail, status, size, type, seen_digest, begins_as, users } =
      forPrograms(checked);
    if (state === "not_checkable") continue;
    for (const { namespace } of users) {
      const findings = byNamespace.get(namespace) ?? new Map<string, object>();
      byNamespace.set(namespace, findings);
      findings.set(`${digest} ${url}`, {
        digest,
        url,
        state,
        detail: detail.slice(0, 1_000),
        status,
        size,
        type,
        seen_digest: seen_digest?.slice(0, 128) ?? null,
        begins_as,
      });
    }
  }
  let count = 0;
  for (const [namespace, found] of byNamespace) {
    const findings = [...found.values()];
    for (let at = 0; at < findings.length; at += BATCH) {
      const batch = findings.slice(at, at + BATCH);
      const path = `/api/edge/v1/namespaces/${encodeURIComponent(namespace)}/archives/findings`;
      await ask("POST", path, { body: { findings: batch } });
      count += batch.length;
    }
  }
  return count;
}
