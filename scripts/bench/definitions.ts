// Made-up assets in the shapes of real ones: mostly an archive for each of several platforms, some with one for all;
// half of the names hold a slash and a version, as those of public catalogues do. The same in each run.
import type { Asset, Build } from "../../src/definitions/schema.ts";
import { checkAsset } from "../../src/assets/prepare.ts";
import { Budget } from "../../src/es5/budget.ts";
import { FilterReader } from "../../src/es5/filter-reader.ts";
import { parseNamespace } from "../../src/identity/names.ts";
import type { AssetWrite } from "../../src/store/asset-store.ts";
import { seeded } from "./random.ts";

const VENDORS = ["sensu", "sensu-plugins", "monitoring", "ops-team", "nagios"];
const KINDS = ["check", "handler", "mutator", "metrics", "runtime"];
const SUBJECTS = [
  "cpu",
  "disk",
  "memory",
  "http",
  "postgres",
  "redis",
  "ntp",
  "process",
  "slack",
  "graphite",
];

/** Filters of a build, each with the part of its URL that names the platform. */
const PLATFORMS: readonly (readonly [string, readonly string[]])[] = [
  ["linux_amd64", ["entity.system.os == 'linux'", "entity.system.arch == 'amd64'"]],
  ["linux_arm64", ["entity.system.os == 'linux'", "entity.system.arch == 'arm64'"]],
  ["linux_386", ["entity.system.os == 'linux'", "entity.system.arch == '386'"]],
  [
    "linux_armv7",
    ["entity.system.os == 'linux'", "entity.system.arch == 'arm'", "entity.system.arm_version == 7"],
  ],
  ["darwin_amd64", ["entity.system.os == 'darwin'", "entity.system.arch == 'amd64'"]],
  ["windows_amd64", ["entity.system.os == 'windows'", "entity.system.arch == 'amd64'"]],
  ["alpine_amd64", platform("alpine", "3")],
  ["centos8_linux_amd64", platform("rhel", "8")],
  ["centos9_linux_amd64", platform("rhel", "9")],
  ["debian_linux_amd64", platform("debian", "12")],
  ["amzn2_linux_amd64", platform("amazon", "2")],
  ["freebsd_amd64", ["entity.system.os == 'freebsd'", "entity.system.arch == 'amd64'"]],
];

function platform(family: string, version: string): string[] {
  return [
    "entity.system.os == 'linux'",
    "entity.system.arch == 'amd64'",
    `entity.system.platform_family == '${family}'`,
    `entity.system.platform_version.split('.')[0] == '${version}'`,
  ];
}

/** `count` assets of a namespace as our writer would store them, 2.4 KB each on average, in no order. */
export async function makeAssets(text: string, count: number): Promise<AssetWrite[]> {
  const namespace = parseNamespace(text);
  if (namespace === null) throw new Error(`${text} names no namespace`);
  const random = seeded(20_261_001);
  const place = { namespace, name: null };
  const made: AssetWrite[] = [];
  for (let number = 0; number < count; number += 1) {
    made.push(
      await checkAsset(place, makeAsset(number, random), new FilterReader(new Budget())).write("bench"),
    );
  }
  return made;
}

function makeAsset(number: number, random: () => number): Asset {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
  const version = `${Math.floor(random() * 9)}.${Math.floor(random() * 20)}.${Math.floor(random() * 10)}`;
  const stem = `${pick(KINDS)}-${pick(SUBJECTS)}-${number}`;
  const name = random() < 0.5 ? stem : `${pick(VENDORS)}/${stem}:${version}`;
  const commit = hex(40, random);
  const archive = (suffix: string) => ({
    url: `https://assets.example.com/${commit}/${stem}_${version}_${suffix}.tar.gz`,
    sha512: hex(128, random),
  });
  const metadata = {
    name,
    ...(random() < 0.2 ? { labels: { team: pick(VENDORS), tier: pick(KINDS) } } : {}),
  };
  const headers = random() < 0.1 ? { headers: { Authorization: `Bearer ${hex(32, random)}` } } : {};
  if (random() < 0.1) {
    return { ...archive("all"), filters: ["entity.system.os == 'linux'"], metadata, ...headers };
  }
  // One in fifty is written with the map form of filters, which has two representations.
  const asMap = random() < 0.02;
  const builds: Build[] = PLATFORMS.slice(0, 1 + Math.floor(random() * 12)).map(([suffix, filters]) => ({
    ...archive(suffix),
    filters: asMap ? mapForm(suffix) : [...filters],
    ...headers,
  }));
  return { builds, metadata };
}

function mapForm(suffix: string): Record<string, string> {
  const [os = "", arch = ""] = suffix.split("_").slice(-2);
  return { "entity.system.os": os, "entity.system.arch": arch };
}

function hex(length: number, random: () => number): string {
  let text = "";
  while (text.length < length)
    text += Math.floor(random() * 0x1_0000_0000)
      .toString(16)
      .padStart(8, "0");
  return text.slice(0, length);
}
