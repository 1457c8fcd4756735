import type { CommitLog, RunCommit } from "../../src/store/commit.ts";

/** Runs writes without any journal. `since` is the seq up to which their log may leave out changes. */
export function withoutJournal(learn: (log: CommitLog) => void = () => undefined, since = 0): RunCommit {
  return async (_commit, write) => {
    const { result, log } = await write(since);
    learn(log);
    return result;
  };
}
