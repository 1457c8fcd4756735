// npm run assets -- verify [FILE...]: whether the archives behind definitions still have their digests.
import { decodeAsset } from "../../src/definitions/decode.ts";

import { findingOf, isWrong } from "../../src/archives/state.ts";
import { command } from "../command/command.ts";
import { ENVIRONMENT } from "../command/deployment.ts";
import type { CommandIo } from "../command/io.ts";
import { Mistake } from "../command/mistake.ts";
import { duration, flag, value, valueOr, wholeNumber } from "../command/options.ts";
import { formatOption, print } from "../command/output.ts";
import { progress } from "../command/progress.ts";
import { counted } from "../command/terminal.ts";
import { rawWebOf } from "../command/web.ts";
import { readDefinitions } from "./definitions.ts";
import { assetPages, namespacesOf } from "./listed.ts";
import { DONE, placeOf, readNamespace } from "./place.ts";
import { FILES } from "./plan.ts";
import { archivesOf, type Named } from "./verify/archives.ts";
import { cacheFile, VerifiedCache } from "./verify/cache.ts";
import { checkArchive, eachOfHost } from "./verify/check.ts";
import { reportFindings } from "./verify/report.ts";
import { forPrograms, shownTable, type Checked } from "./verify/shown.ts";

const WRONG = 2;
const UNSURE = 3;
const MEGABYTE = 1_000_000;

export const verify = command({
  name: "verify",
  summary: "whether archives still have their digests",
  details: `Downloads each archive once and hashes it on this machine, which reaches what the server does not: private hosts, http,
large archives. Without files, the definitions of the deployment are verified. Several archives are fetched at once, at
most three of one host. What was right within a day is not fetched again, so that a run that was stopped goes on where it
was. The headers of a definition go to the host of its URL alone.

${FILES}`,
  operands: ["[file...]"],
  options: {
    namespace: value(
      "--namespace <name>",
      "the namespace to verify, or that files go to (default: default)",
      readNamespace,
    ),
    allNamespaces: flag("--all-namespaces", "the definitions of every namespace that you may see"),
    report: flag("--report", "store what was found in the deployment, where `archives` of an asset shows it"),
    maxAge: valueOr(
      "--max-age <duration>",
      "how long ago an archive may have been right, to be taken for right now; 0s: fetch all",
      duration(0),
      "1d",
    ),
    maxMb: valueOr(
      "--max-mb <n>",
      "the largest archive to fetch, in megabytes",
      wholeNumber(1, 1_000_000),
      "5000",
    ),
    format: formatOption,
  },
  examples: [
    "npm run --silent assets -- verify assets.yaml",
    "npm run --silent assets -- verify --namespace default --report",
    "npm run --silent assets -- verify --all-namespaces --format json",
  ],
  exitCodes: {
    0: "no archive is wrong",
    1: "an error",
    2: "an archive is wrong: another digest, no archive, or gone",
    3: "none is wrong, and some could not be fetched",
  },
  environment: ENVIRONMENT,
  async run({ options, operands, io }) {
    const { namespace = "default", allNamespaces, report, maxAge, maxMb, format } = options;
    if (allNamespaces && (options.namespace !== undefined || operands.length > 0))
      throw new Mistake("--all-namespaces leaves nothing to choose", "leave out files and --namespace");
    const archives =
      operands.length > 0
        ? await ofFiles(operands, namespace, io)
        : await ofDeployment(allNamespaces ? null : namespace, io);
    const all = await checkAll(archives, { maxAge, maxBytes: maxMb * MEGABYTE }, io);
    const stored = report ? await reportFindings(placeOf(namespace, io).deployment, all) : 0;
    print(io, format, all.map(forPrograms), () => shownTable(all, io));
    if (report) io.stderr.write(`${counted(stored, "finding")} reported\n`);
    return exitCodeOf(all);
  },
});

async function ofFiles(paths: readonly string[], namespace: string, io: CommandIo): Promise<Named[]> {
  const { namespaces, skipped } = await readDefinitions(
    paths,
    { namespace, into: undefined, managedBy: undefined },
    io,
  );
  for (const path of skipped) io.stderr.write(`${path} was not read\n`);
  return archivesOf(
    [...namespaces].flatMap(([name, definitions]) =>
      definitions.map((definition) => ({
        namespace: name,
        name: definition.name,
        asset: definition.asset,
      })),
    ),
  );
}

async function ofDeployment(only: string | null, io: CommandIo): Promise<Named[]> {
  const place = placeOf(only ?? "default", io);
  const names = only === null ? await namespacesOf(place.deployment) : [only];
  const bar = progress("Reading definitions", io);
  const assets: { namespace: string; name: string; asset: ReturnType<typeof decodeAsset> }[] = [];
  try {
    for (const namespace of names) {
      for await (const page of assetPages({ ...place, namespace })) {
        for (const listed of page)
          assets.push({ namespace, name: listed.metadata.name, asset: decodeAsset(listed) });
        bar.show(assets.length, null);
      }
    }
  } finally {
    bar.end();
  }
  return archivesOf(assets);
}

async function checkAll(
  archives: readonly Named[],
  { maxAge, maxBytes }: { maxAge: number; maxBytes: number },
  io: CommandIo,
): Promise<Checked[]> {
  const cache = await VerifiedCache.open(cacheFile(io.environment));
  const get = rawWebOf(io.environment);
  const oldest = Date.now() - maxAge * 1_000;
  const found = new Map<Named, Checked>();
  for (const archive of archives) {
    const known = cache.get(archive.source);
    if (known === undefined || known.at <= oldest) continue;
    const detail = `the bytes had the digest at ${new Date(known.at).toISOString()}`;
    const finding = findingOf("ok", detail, { size: known.size, seenDigest: archive.source.digest });
    found.set(archive, { archive, finding, isCached: true });
  }
  const bar = progress("Verifying archives", io);
  bar.show(found.size, archives.length);
  const writing: Promise<void>[] = [];
  try {
    await eachOfHost(
      archives.filter((archive) => !found.has(archive)),
      (archive) => checkArchive(archive, get, maxBytes),
      (archive, finding) => {
        found.set(archive, { archive, finding, isCached: false });
        if (finding.state === "ok")
          writing.push(cache.add(archive.source, { at: Date.now(), size: finding.size ?? 0 }));
        bar.show(found.size, archives.length);
      },
    );
    await Promise.all(writing);
  } finally {
    bar.end();
  }
  return archives.flatMap((archive) => found.get(archive) ?? []);
}

function exitCodeOf(all: readonly Checked[]): number {
  const states = all.map(({ finding }) => finding.state);
  if (states.some((state) => isWrong(state) || state === "gone")) return WRONG;
  return states.some((state) => state !== "ok" && state !== "not_checkable") ? UNSURE : DONE;
}
