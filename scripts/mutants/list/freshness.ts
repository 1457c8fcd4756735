import { mutantsOf, type Edit, type Mutant } from "../mutant.ts";

const READING = ["test/freshness/reading.test.ts"];
const HANGING = ["test/freshness/hanging.test.ts"];
const FAST = ["test/api/hot-path.test.ts"];
const MANY = ["test/api/resolve-many.test.ts"];

const ADMIT: readonly Edit[] = [
  {
    means: "a copy of another epoch is served",
    find: 'if (copy.epoch !== evidence.epoch) return "other-epoch";',
    replace: "",
  },
  {
    means: "a copy from before what the journal knows is served",
    find: 'if (copy.g < evidence.since) return "before-journal";',
    replace: "",
  },
  {
    means: "a copy from before the last change is served",
    find: 'if (copy.g < evidence.changedAt) return "refuted";',
    replace: "",
  },
  {
    means: "a copy older than what was served is served",
    find: 'if (copy.s < highWater && copy.g < highWater) return "backwards";',
    replace: "",
  },
  {
    means: "a copy is served however old the journal is",
    find: 'if (now - evidence.asOf > bound) return "journal-old";',
    replace: "",
  },
  {
    means: "a copy known to be current after what was served is refused",
    find: "copy.s < highWater && copy.g < highWater",
    replace: "copy.s < highWater",
  },
  {
    means: "a copy is refused in the snapshot of the change itself",
    find: "copy.g < evidence.changedAt",
    replace: "copy.g <= evidence.changedAt",
  },
  {
    means: "the bound is ten minutes",
    find: "export const BOUND_MS = 180_000;",
    replace: "export const BOUND_MS = 600_000;",
  },
];

const READER: readonly Edit[] = [
  {
    means: "the fast path serves what a newer journal refutes",
    find: "last.generation !== generation || ",
    replace: "",
    missedBefore: true,
  },
  {
    means: "the fast path serves past the bound",
    find: "} else if (now - journal.asOf > bound) return null;",
    replace: "}",
    missedBefore: true,
  },
  {
    means: "what the fast path has served is not remembered as served",
    find: "      this.#copies.served(id, kept);\n",
    replace: "",
    survives: "What memory holds was served or committed by this isolate, and is marked since.",
  },
  {
    means: "a copy is dated after the database was asked, not before",
    find: "return entryOf(await this.#kind.load(id, replica), readAt);",
    replace: "return entryOf(await this.#kind.load(id, replica), Math.max(readAt, this.#edge.clock()));",
  },
  {
    means: "memory answers without being judged",
    find: 'kept !== undefined && this.#copies.judge(id, kept, journal, now) === "admitted"',
    replace: "kept !== undefined",
  },
  {
    means: "KV answers without being judged",
    find: 'near !== null && this.#copies.judge(id, near, journal, now) === "admitted"',
    replace: "near !== null",
  },
  {
    means: "who asks for the newest gets a copy",
    find: 'if (reading.freshness === "newest") return this.#readNewest(id, reading, now);',
    replace: "",
  },
  {
    means: "a replica's answer is served without being judged",
    find: 'entry === null || this.#copies.judge(id, entry, journal, now) !== "admitted") {',
    replace: "entry === null) {",
  },
  {
    means: "credentials are served stale like assets, whatever their kind says",
    find: "const { staleMs, isCredential } = this.#kind;",
    replace: "const [staleMs, isCredential] = [86_400_000, false];",
  },
  {
    means: "what is never to be served past the bound is served then, if its copy is of this instant",
    find: "if (!isOutage(cause) || staleMs === 0) throw answerTo(cause);",
    replace: "if (!isOutage(cause)) throw answerTo(cause);",
    missedBefore: true,
  },
  {
    means: "a bug is taken for an outage, and stale copies hide it",
    find: "if (!isOutage(cause) || staleMs === 0) throw answerTo(cause);",
    replace: "if (staleMs === 0) throw answerTo(cause);",
    tests: ["test/freshness/unavailable.test.ts"],
  },
  {
    means: "credentials are served stale without asking KV for the journal again",
    find: "isCredential ? await this.#thoroughJournal(reading) : journal",
    replace: "journal",
  },
  {
    means: "credentials are served stale when nobody can say for how long they have not been checked",
    find: "if (isCredential && this.#edge.time.isLost) throw answerTo(cause);",
    replace: "",
  },
  {
    means: "credentials are served past the stated time by as long as the database took to fail",
    find: "const at = isCredential ? this.#edge.clock() : now;",
    replace: "const at = now;",
  },
  {
    means: "while D1 is down an absence in memory hides the copy in KV",
    find: "usable(near ?? (known === null ? null : await this.#near(id, known, reading)))",
    replace:
      "(this.#copies.inMemory(id) === undefined ? usable(near ?? (known === null ? null : await this.#near(id, known, reading))) : null)",
  },
  {
    means: "an isolate does not notice a new epoch",
    find: "      this.#edge.journal.noteEpoch(entry.epoch, reading.scope.waitUntil);\n",
    replace: "",
  },
  {
    means: "what D1 answers is not put in KV",
    find: "if (usable) reading.scope.waitUntil(this.#copies.share(id, entry));",
    replace: "",
  },
  {
    means: "an answer of the primary that was overtaken on its way is given",
    find: "if (!this.#copies.isBackwards(id, entry)) return entry;",
    replace: "return entry;",
  },
  {
    means: "an isolate's own commit does not refute what KV brings late",
    find: "    this.#copies.keep(id, entry);\n    this.#copies.served(id, entry);\n    await",
    replace: "    await",
  },
];

const COPIES: readonly Edit[] = [
  {
    means: "what was served is not remembered, so an older copy may follow",
    find: "    this.#edge.served.raise(this.#kind.mark(id), entry.epoch, entry.s);\n",
    replace: "",
    missedBefore: true,
  },
  {
    means: "an older copy displaces a newer one in memory",
    find: "if (kept?.value !== undefined && isNewer(kept.value, entry)) return;",
    replace: "",
  },
  {
    means: "made-up names displace the marks of what was served",
    find: "if (this.#kind.permanent && entry.value === null) return;",
    replace: "",
    tests: ["test/freshness/absences.test.ts"],
  },
  {
    means: "made-up names displace what exists in memory",
    find: "return value === null ? this.#absences : this.#memory;",
    replace: "return value === undefined ? this.#absences : this.#memory;",
    tests: ["test/freshness/absences.test.ts"],
  },
  {
    means: "a journal is taken to know every change of an asset",
    find: "since: journal.since,",
    replace: "since: 0,",
  },
  {
    means: "copies in KV are dated by the clock of their isolate",
    find: "this.#edge.time.toDatabase(entry.readAt)",
    replace: "entry.readAt",
  },
];

const STALE: readonly Edit[] = [
  {
    means: "an absence is served stale",
    find: "if (entry === null || entry.value === null) return null;",
    replace: "if (entry === null) return null;",
  },
  {
    means: "what is refuted is served stale",
    find: 'if (verdict !== "admitted" && verdict !== "journal-old") return null;',
    replace: 'if (verdict === "backwards") return null;',
  },
  {
    means: "what is older than what was served is served stale",
    find: 'if (verdict !== "admitted" && verdict !== "journal-old") return null;',
    replace: 'if (verdict === "refuted") return null;',
  },
  {
    means: "what is past the stated time is served stale",
    find: "return now - trueAt <= staleMs ? entry : null;",
    replace: "return now >= trueAt ? entry : null;",
  },
  {
    means: "what is past the stated time of its kind is served stale for a day",
    find: "now - trueAt <= staleMs",
    replace: "now - trueAt <= STALE_MS",
  },
  {
    means: "the stated time counts from when the copy was read, whatever the journal says since",
    find: "Math.max(entry.readAt, journal?.asOf ?? 0)",
    replace: "Math.max(entry.readAt, 0 * (journal?.asOf ?? 0))",
  },
  {
    means: "a stale journal shortens the stated time of what was read after it",
    find: "Math.max(entry.readAt, journal?.asOf ?? 0)",
    replace: "journal?.asOf ?? entry.readAt",
  },
];

const KEEPER: readonly Edit[] = [
  {
    means: "an isolate without a journal asks the database at every check, not once a minute",
    find: "if (now - this.#ownAt < OWN_EVERY_MS) return;",
    replace: "",
    missedBefore: true,
  },
  {
    means: "the fast path does not notice that another journal was learned",
    find: "this.#held = mergeJournals(this.#held, journal);\n    this.generation += 1;",
    replace: "this.#held = mergeJournals(this.#held, journal);",
  },
  {
    means: "the fast path does not notice that the clock was set back",
    find: "asOf: UNDATED };\n    this.generation += 1;",
    replace: "asOf: UNDATED };",
  },
  {
    means: "a journal keeps its date when the clock is set back",
    find: "if (this.#held !== null) this.#held = { ...this.#held, asOf: UNDATED };\n    this.generation",
    replace: "this.generation",
  },
  {
    means: "a journal from the future is believed",
    find: "if (asOf > clock() + tolerance) this.distrust();",
    replace: "void [tolerance, clock];",
  },
  {
    means: "an isolate that has lost its clock believes the dates of others",
    find: "time.isLost ? UNDATED : asOf",
    replace: "asOf",
  },
  {
    means: "a journal is dated after the log was read, not before",
    find: "    const askedAt = this.#options.clock();\n    const since = this.#held?.seq ?? 0;\n    const log = await this.#options.readLog(since);\n",
    replace:
      "    const since = this.#held?.seq ?? 0;\n    const log = await this.#options.readLog(since);\n    const askedAt = this.#options.clock();\n",
    missedBefore: true,
  },
  {
    means: "the journal is read from KV once and never again",
    find: "if (age >= RECHECK_MS) {",
    replace: "if (this.#held === null) {",
  },
  {
    means: "the fast path never asks for a newer journal",
    find: "return now - this.#checkedAt < RECHECK_MS ? this.#held : null;",
    replace: "return now > 0 ? this.#held : null;",
  },
  {
    means: "an undated journal is published",
    find: "this.#held === null || this.#held.asOf === UNDATED",
    replace: "this.#held === null",
  },
  {
    means: "journals in KV are dated by the clock of their isolate",
    find: "time.toDatabase(this.#held.asOf)",
    replace: "this.#held.asOf",
  },
  {
    means: "every write of a burst puts the journal in KV",
    find: "if (wait > PUBLISH_EVERY_MS) return;",
    replace: "",
  },
  {
    means: "nobody does the work of a dead cron",
    find: "if (clock() - (this.#held?.asOf ?? 0) > CRON_DEAD_MS) this.#publishForDeadCron(waitUntil);",
    replace: "void [clock, waitUntil];",
  },
  {
    means: "an isolate that stands in for the cron hides that it is dead",
    find: 'by === "cron" ? { ...known, cronAt: log.at } : known',
    replace: "by !== null ? { ...known, cronAt: log.at } : known",
  },
  {
    means: "nothing says that the cron is dead",
    find: "if (cronAge !== null && cronAge <= CRON_SILENT_MS) return;",
    replace: "if (cronAge !== null) return;",
  },
  {
    means: "a dead cron is said at every look at the journal",
    find: "if (!this.#silence.allows(clock())) return;",
    replace: "",
  },
  {
    means: "the journal that decides on a credential is not asked of a KV that was left alone",
    find: "kv.ask(JOURNAL_KEY, MIN_CACHE_TTL).then",
    replace: "kv.get(JOURNAL_KEY, MIN_CACHE_TTL).then",
    tests: READING,
  },
  {
    means: "each request with a key asks KV for the journal while D1 is down",
    find: "if (clock() - this.#thoroughAt >= RECHECK_MS) {",
    replace: "if (clock() >= this.#thoroughAt) {",
    tests: READING,
  },
  {
    means: "the journal that decides on a credential is read from KV once and never again",
    find: "      this.#thoroughAt = clock();\n",
    replace: "      this.#thoroughAt = Infinity;\n",
    tests: READING,
    missedBefore: true,
  },
  {
    means: "the journal that decides on a credential is not waited for",
    find: "    await within(timer, THOROUGH_MS, this.#thoroughCheck, undefined);\n",
    replace: "",
    tests: READING,
  },
  {
    means: "the journal that decides on a credential has no longer than any other",
    find: "const THOROUGH_MS = 2_000;",
    replace: "const THOROUGH_MS = 100;",
    tests: ["test/freshness/outage-keys.test.ts"],
    named: "when KV is too slow",
  },
];

const JOURNAL: readonly Edit[] = [
  {
    means: "a log that leaves a gap continues the journal",
    find: "log.since > held.seq || ",
    replace: "",
  },
  {
    means: "a log of another epoch continues the journal",
    find: "held.epoch !== log.epoch || log.since",
    replace: "log.since",
  },
  {
    means: "a journal forgets what it knew before each log",
    find: "const since = starts ? log.since : Math.min(held.since, log.since);",
    replace: "const since = log.since;",
  },
  {
    means: "a journal with fewer commits displaces the fuller one",
    find: "const fuller = other.seq >= held.seq ? other : held;",
    replace: "const fuller = other;",
  },
  {
    means: "a new epoch is not believed",
    find: "return other.asOf >= held.asOf ? other : held;",
    replace: "return held;",
  },
  {
    means: "a journal of an undone time displaces the new epoch",
    find: "return other.asOf >= held.asOf ? other : held;",
    replace: "return other;",
  },
  {
    means: "a journal that had to drop changes claims to know them",
    find: "since: first,",
    replace: "since,",
  },
  {
    means: "the journal does not learn from a commit to an asset that its namespace has changed",
    find: "if (namespace !== null) yield [namespace, seq];",
    replace: "if (namespace === null) yield [key, seq];",
  },
  {
    means: "a merged journal is older than the newer of the two",
    find: "const asOf = Math.max(held.asOf, other.asOf);",
    replace: "const asOf = Math.min(held.asOf, other.asOf);",
  },
];

const LAST_COMMITS: readonly Edit[] = [
  {
    means: "of two changes of a key the journal keeps the earlier",
    find: "if (seq > (upper.get(key) ?? known ?? 0)) upper.set(key, seq);",
    replace: "if (known === undefined) upper.set(key, seq);",
  },
];

const CRON: readonly Edit[] = [
  {
    means: "an older journal takes the cron for dead",
    find: "(a ?? b) : Math.max(a, b)",
    replace: "(a ?? b) : Math.min(a, b)",
  },
  {
    means: "a journal that knows of no run of the cron makes others forget it",
    find: "a === null || b === null ? (a ?? b)",
    replace: "a === null || b === null ? null",
  },
  {
    means: "a write makes an isolate forget when the cron ran",
    find: "cronAt: held?.cronAt ?? null };",
    replace: "cronAt: held === null ? null : 0 };",
  },
];

const HIGH_WATER: readonly Edit[] = [
  {
    means: "a mark that is dropped does not raise the floor",
    find: "    this.#floor = Math.max(this.#floor, oldest[1]);\n",
    replace: "",
  },
  {
    means: "a mark sinks when an older commit is served",
    find: "if (mark !== undefined && mark >= s) return;",
    replace: "if (mark !== undefined && mark >= s) return void this.#marks.set(key, s);",
  },
  {
    means: "a new mark forgets the floor under it",
    find: "Math.max(s, mark ?? this.#floor)",
    replace: "s",
  },
  {
    means: "marks of one epoch count in the next",
    find: "return epoch === this.#epoch ? (this.#marks.get(key) ?? this.#floor) : 0;",
    replace: 'return epoch === "" ? 0 : (this.#marks.get(key) ?? this.#floor);',
  },
];

const TIME: readonly Edit[] = [
  {
    means: "a slow answer makes the clock seem earlier than it is",
    find: "known ? Math.max(before, least) : least",
    replace: "least",
  },
  {
    means: "a clock once wrong stays wrong",
    find: "const known = this.#ahead !== null && before <= most;",
    replace: "const known = this.#ahead !== null && most <= most;",
  },
  {
    means: "a clock that is lost is never found again",
    find: "    this.#lost = false;\n    return",
    replace: "    return",
  },
];

const COMMITTING: readonly Edit[] = [
  {
    means: "a commit dates the journal after its answer, not before",
    find: "journal.extend(log, askedAt);",
    replace: "journal.extend(log, clock());",
    named: "a commit that takes 100 s",
    missedBefore: true,
  },
  {
    means: "a write answered too late is never learned of",
    find: "if (cause instanceof DeadlineError) waitUntil(learnLate(edge, cause));",
    replace: "void [learnLate, waitUntil, DeadlineError];",
    named: "comes too late",
  },
  {
    means: "a writer does not publish what it has committed",
    find: 'if (result.outcome === "committed") waitUntil(journal.publish());',
    replace: "",
    tests: ["test/freshness/promises.test.ts"],
  },
];

const KV: readonly Edit[] = [
  {
    means: "the breaker of KV never opens",
    find: "      this.#breaker.failed(this.#clock());\n",
    replace: "",
    missedBefore: true,
  },
  {
    means: "the breaker of KV never closes",
    find: "    this.#breaker.succeeded();\n",
    replace: "",
    missedBefore: true,
  },
  {
    means: "a put that hangs is waited for",
    find: "return await within(this.#timer, PUT_MS, put, false);",
    replace: "return await put;",
  },
  {
    means: "a put that fails is an error",
    find: "    } catch {\n      return false;\n    }\n",
    replace: "    } catch (error) {\n      throw error;\n    }\n",
    tests: ["test/freshness/patient-kv.test.ts"],
  },
  {
    means: "nothing says that KV fails",
    find: "if (this.isLeftAlone) this.#onFailing();",
    replace: "",
    tests: ["test/freshness/patient-kv.test.ts"],
  },
  {
    means: "each failed read of KV is an alarm",
    find: "if (this.isLeftAlone) this.#onFailing();",
    replace: "this.#onFailing();",
    tests: ["test/freshness/patient-kv.test.ts"],
  },
];

const BREAKER: readonly Edit[] = [
  {
    means: "a breaker never opens",
    find: "return this.#failures >= FAILURES_TO_OPEN;",
    replace: "return this.#failures < 0;",
    missedBefore: true,
  },
  {
    means: "a breaker never closes",
    find: "succeeded(): void {\n    this.#failures = 0;",
    replace: "succeeded(): void {",
    missedBefore: true,
  },
  {
    means: "an open breaker lets every caller through",
    find: "if (now < this.#openUntil) return false;",
    replace: "",
  },
  {
    means: "after ten seconds a breaker lets every caller through, not one",
    find: "    this.#openUntil = now + OPEN_MS;\n    return true;",
    replace: "    return true;",
  },
  {
    means: "one slow answer opens a breaker",
    find: "const FAILURES_TO_OPEN = 3;",
    replace: "const FAILURES_TO_OPEN = 1;",
  },
];

const DEADLINES: readonly Edit[] = [
  {
    means: "an open breaker of the database refuses no read",
    find: "if (!breaker.allows(this.now())) {",
    replace: "if (breaker.allows(this.now()) === null) {",
    named: "opens after three reads",
  },
  {
    means: "errors of the database open its breaker",
    find: "    breaker.succeeded();\n    try {\n      return await work;\n    } catch (cause) {\n",
    replace:
      "    try {\n      const answered = await work;\n      breaker.succeeded();\n      return answered;\n    } catch (cause) {\n      breaker.failed(this.now());\n",
    named: "errors do not open",
  },
  {
    means: "a database that does not answer is waited for",
    find: "const answer = await within(this.#timer, ms, settled(work), LATE);",
    replace: "const answer: unknown = await settled(work);",
    named: "I5: known assets",
  },
];

const KINDS: readonly Edit[] = [
  {
    means: "the journal refutes no copy of an asset",
    find: "changedAt: ({ changes }, { key }) => changes.get(key) ?? 0,",
    replace: "changedAt: () => 0,",
  },
  {
    means: "a second form of filters is read as part of the first",
    find: "return { ...whole, definition: text.slice(0, start), expressions };",
    replace: "return { ...whole, definition: text, expressions };",
    tests: ["test/freshness/kinds.test.ts"],
  },
];

const PAGES: readonly Edit[] = [
  {
    means: "the journal refutes no list of everything",
    find: "namespace === null ? journal.seq : (",
    replace: "namespace === null ? 0 : (",
  },
  {
    means: "the journal refutes no list of a namespace",
    find: "(journal.namespaces.get(namespace) ?? 0)",
    replace: "0",
  },
  {
    means: "a list that starts at a name and one that starts after it share a copy",
    find: 'from?.inclusive === true ? "from" : "after",',
    replace: '"after",',
  },
];

const KEYS: readonly Edit[] = [
  {
    means: "the journal refutes no copy of a key, so a revoked one is good",
    find: "journal.changes.get(apiKeyKey(digest)) ?? 0",
    replace: "journal.changes.get(digest) ?? 0",
  },
  {
    means: "keys are served stale for a day, whatever the deployment says",
    find: "staleMs: outageMs,",
    replace: "staleMs: Math.max(outageMs, 86_400_000),",
  },
  {
    means: "a key is served stale like an asset, by the journal at hand and any clock",
    find: "isCredential: true,",
    replace: "isCredential: false,",
  },
];

const NAMESPACES: readonly Edit[] = [
  {
    means: "the journal refutes no copy of a namespace",
    find: "changes.get(namespaceKey(name)) ?? 0",
    replace: "0",
  },
  {
    means: "the journal refutes no page of namespaces",
    find: "changedAt: ({ changes }) => changes.get(NAMESPACES_KEY) ?? 0,",
    replace: "changedAt: () => 0,",
  },
  {
    means: "a page of some namespaces and one of all share a copy",
    find: '...(among ?? ["*"]),',
    replace: '"*",',
  },
];

const HOT: readonly Edit[] = [
  {
    means: "the fast path answers those who may write, who read the newest",
    find: 'if (allows(grants, { role: "edit", namespace, name: null })) return false;',
    replace: "",
    named: "is not for whoever may write",
  },
  {
    means: "the fast path answers whoever asks, if somebody was allowed",
    find: "target.reader !== principal && !isReader(target, principal)",
    replace: "target.reader === null && !isReader(target, principal)",
    named: "is for whoever may read that name",
  },
  {
    means: "the fast path answers who asks for the newest",
    find: 'if (headers.has("Cache-Control")) return null;',
    replace: "",
    named: "is not for who asks for the newest",
  },
];

const FOUND: readonly Edit[] = [
  {
    means: "a resolution is answered under the asset's old tag",
    find: "const held = last?.assetTag === assetTag ?",
    replace: "const held = last !== null ?",
    named: "is resolved anew once it has changed",
    missedBefore: true,
  },
  {
    means: "the fast path answers Go clients with a map of filters",
    find: "if (asset.expressions !== null) return null;",
    replace: "",
    named: "Go clients",
  },
  {
    means: "many assets are answered from before the namespace's last commit",
    find: "if (known === undefined || known.state !== state) return null;",
    replace: "if (known === undefined) return null;",
    tests: MANY,
    named: "change with a commit to one of them",
  },
  {
    means: "many assets are answered from memory for whoever asked the same before",
    find: "const held = last?.reader === principal ?",
    replace: "const held = last !== null ?",
    tests: MANY,
    named: "is not shown from memory to a caller of other grants",
  },
  {
    means: "the fast path tells holders of narrow grants of commits to what they may not see",
    find: "const seq = seesAll ? state : null;",
    replace: "const seq = state;",
    tests: MANY,
    named: "is not shown from memory to a caller of other grants",
  },
];

const REMEMBERED_MANY: readonly Edit[] = [
  {
    means: "an answer about many assets outlives a change to one of them",
    find: "known !== undefined && known.madeFrom === madeFrom",
    replace: "known !== undefined",
  },
  {
    means: "what is not known to exist during an outage is said not to exist, from memory",
    find: "search === null || !isSure ?",
    replace: "search === null ?",
    named: "hold nothing of an outage",
  },
  {
    means: "callers who may see other names share an answer",
    find: "return cacheKey(namespace, search, ...reach);",
    replace: "return cacheKey(namespace, search);",
    named: "have keys of their own",
  },
];

const RESOLUTIONS: readonly Edit[] = [
  {
    means: "a resolution is remembered without the tag of its asset",
    find: "return cacheKey(id.key, etag, rule, ...facts.key);",
    replace: "return cacheKey(id.key, rule, ...facts.key);",
    missedBefore: true,
    tests: ["test/api/hot-path.test.ts"],
    named: "is resolved anew once it has changed",
  },
  {
    means: "an answer is remembered without the tag of its asset",
    find: "return cacheKey(key, assetTag, search);",
    replace: "return cacheKey(key, search);",
    missedBefore: true,
  },
];

const WATCH: readonly Edit[] = [
  {
    means: "a follower is told that nothing was committed by a journal past the bound",
    find: "if (journal === null || clock() - journal.asOf > bound) return null;",
    replace: "if (journal === null) return null;",
    tests: ["test/freshness/known-commits.test.ts"],
  },
  {
    means: "a follower of a namespace that the journal does not name is told that nothing was committed",
    find: "(namespaces.get(scope) ?? since) };",
    replace: "(namespaces.get(scope) ?? 0) };",
    tests: ["test/freshness/known-commits.test.ts"],
  },
];

const ENTRIES: readonly Edit[] = [
  {
    means: "strangers fill KV with names that never were",
    find: 'return entry.tombstone ? { text: "", metadata: { s, g, t, d: 1 } } : null;',
    replace: 'return { text: "", metadata: { s, g, t, d: 1 } };',
  },
  {
    means: "lists of two states lie in one place",
    find: "const states = kind.immutable ? [String(state)] : [];",
    replace: "const states = kind.immutable && state < 0 ? [String(state)] : [];",
    tests: ["test/freshness/kinds.test.ts"],
  },
];

/** Copies that keep their word: freshness, outages, clocks. */
export const freshness: readonly Mutant[] = [
  ...mutantsOf("freshness", "src/freshness/admit.ts", ["test/freshness/admit.test.ts"], ADMIT),
  ...mutantsOf("freshness", "src/freshness/fresh-reader.ts", READING, READER),
  ...mutantsOf("freshness", "src/freshness/copies.ts", READING, COPIES),
  ...mutantsOf("freshness", "src/freshness/stale.ts", ["test/freshness/stale.test.ts"], STALE),
  ...mutantsOf("freshness", "src/freshness/journal-keeper.ts", ["test/freshness/keeper.test.ts"], KEEPER),
  ...mutantsOf(
    "freshness",
    "src/freshness/journal.ts",
    ["test/freshness/journal.test.ts"],
    [...JOURNAL, ...CRON],
  ),
  ...mutantsOf(
    "freshness",
    "src/freshness/last-commits.ts",
    ["test/freshness/last-commits.test.ts"],
    LAST_COMMITS,
  ),
  ...mutantsOf("freshness", "src/freshness/high-water.ts", ["test/freshness/memory.test.ts"], HIGH_WATER),
  ...mutantsOf("freshness", "src/freshness/database-time.ts", ["test/freshness/database-time.test.ts"], TIME),
  ...mutantsOf(
    "freshness",
    "src/freshness/committing.ts",
    ["test/freshness/needed.test.ts", ...HANGING],
    COMMITTING,
  ),
  ...mutantsOf(
    "freshness",
    "src/freshness/patient-kv.ts",
    ["test/freshness/patient-kv.test.ts", ...HANGING],
    KV,
  ),
  ...mutantsOf("freshness", "src/lib/breaker.ts", ["test/lib/breaker.test.ts"], BREAKER),
  ...mutantsOf("freshness", "src/store/deadlines.ts", HANGING, DEADLINES),
  ...mutantsOf("freshness", "src/freshness/asset-kind.ts", ["test/freshness/kinds.test.ts"], KINDS),
  ...mutantsOf("freshness", "src/freshness/page-kind.ts", ["test/freshness/kinds.test.ts"], PAGES),
  ...mutantsOf(
    "freshness",
    "src/freshness/cached-key-store.ts",
    ["test/freshness/kinds.test.ts", "test/freshness/promises.test.ts"],
    KEYS,
  ),
  ...mutantsOf(
    "freshness",
    "src/freshness/cached-namespace-store.ts",
    ["test/freshness/known-commits.test.ts"],
    NAMESPACES,
  ),
  ...mutantsOf("freshness", "src/fast-path/fast-path.ts", FAST, HOT),
  ...mutantsOf("freshness", "src/fast-path/found.ts", FAST, FOUND),
  ...mutantsOf("freshness", "src/resolve/many/service.ts", ["test/resolve/many.test.ts"], REMEMBERED_MANY),
  ...mutantsOf("freshness", "src/resolve/service.ts", ["test/resolve/remembered.test.ts"], RESOLUTIONS),
  ...mutantsOf(
    "freshness",
    "src/freshness/journal-watch.ts",
    ["test/freshness/known-commits.test.ts"],
    WATCH,
  ),
  ...mutantsOf("freshness", "src/freshness/envelope.ts", READING, ENTRIES),
];
