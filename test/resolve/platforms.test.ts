import { describe, expect, it } from "vitest";
import { evaluate } from "../../src/es5/evaluate.ts";
import { PLATFORMS } from "../../src/resolve/platforms.ts";

function matching(...filters: string[]): string[] {
  const wanted = { value: true };
  return PLATFORMS.filter(({ entity }) =>
    filters.every((filter) => JSON.stringify(evaluate(filter, entity)) === JSON.stringify(wanted)),
  ).map(({ name }) => name);
}

describe("the built-in platforms", () => {
  it("have unique names", () => {
    const names = PLATFORMS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeGreaterThan(50);
  });

  it("report facts the way agents do", () => {
    const byName = new Map(PLATFORMS.map(({ name, entity }) => [name, entity.system]));
    expect(byName.get("raspbian-12-armv7")).toEqual({
      os: "linux",
      arch: "arm",
      platform: "raspbian",
      platform_family: "debian",
      platform_version: "12.5",
      arm_version: 7,
      libc_type: "glibc",
    });
    expect(byName.get("rhel-9-arm64")).toMatchObject({ platform: "redhat", platform_family: "rhel" });
    expect(byName.get("alpine-3.20-amd64")).toMatchObject({ platform: "alpine", libc_type: "musl" });
    expect(byName.get("macos-14-arm64")).toEqual({
      os: "darwin",
      arch: "arm64",
      platform: "darwin",
      platform_family: "Standalone Workstation",
      platform_version: "14.5",
    });
    expect(byName.get("windows-2022-amd64")?.platform).toBe("Microsoft Windows Server 2022 Standard");
    expect(byName.get("freebsd-14-amd64")).toMatchObject({ os: "freebsd", platform_family: "" });
    expect(byName.get("arch-amd64")).toMatchObject({ platform: "arch", platform_version: "" });
  });

  it("match the filters people write", () => {
    expect(matching("entity.system.os == 'solaris'")).toEqual(["solaris-11-amd64"]);
    expect(matching("entity.system.arch == 'arm'", "entity.system.arm_version == 6")).toEqual([
      "raspbian-12-armv6",
    ]);
    const rhel7 = [
      "entity.system.platform_family == 'rhel'",
      "parseInt(entity.system.platform_version.split('.')[0]) == 7",
    ];
    expect(matching(...rhel7)).toEqual(["centos-7-amd64", "rhel-7-amd64"]);
    expect(matching("entity.system.arch == 'armv7'")).toEqual([]);
  });
});
