/** What an agent tells about its machine; the members an asset's filters look at. */
export interface SystemFacts {
  os: string;
  arch: string;
  platform: string;
  platform_family: string;
  platform_version: string;
  /** Only on 32-bit ARM: 5, 6 or 7. */
  arm_version?: number;
  /** Only on Linux. */
  libc_type?: string;
}

export interface Platform {
  name: string;
  /** An entity as filters see it. */
  entity: { name: string; entity_class: "agent"; labels: Record<string, string>; system: SystemFacts };
}

/**
 * Name and architectures, then what gopsutil finds there: os, platform, family and version, or where the os is Linux
 * the other three between spaces. `armv6` and `armv7` are arch `arm`.
 */
const TABLE = `ubuntu-20.04 amd64 arm64|ubuntu debian 20.04
ubuntu-22.04 amd64 arm64|ubuntu debian 22.04
ubuntu-24.04 amd64 arm64|ubuntu debian 24.04
debian-11 amd64 arm64|debian debian 11.9
debian-12 amd64 arm64 armv7|debian debian 12.5
debian-13 amd64 arm64|debian debian 13.1
raspbian-12 armv6 armv7|raspbian debian 12.5
centos-7 amd64|centos rhel 7.9.2009
centos-stream-9 amd64 arm64|centos rhel 9
rhel-7 amd64|redhat rhel 7.9
rhel-8 amd64 arm64 ppc64le s390x|redhat rhel 8.10
rhel-9 amd64 arm64|redhat rhel 9.4
rhel-10 amd64|redhat rhel 10.0
rocky-9 amd64 arm64|rocky rhel 9.4
almalinux-9 amd64 arm64|almalinux rhel 9.4
fedora-42 amd64 arm64|fedora fedora 42
amazon-2 amd64 arm64|amazon rhel 2
amazon-2023 amd64 arm64|amazon rhel 2023
suse-15 amd64 arm64|suse suse 15.6
alpine-3.20 amd64 arm64 armv7 386|alpine alpine 3.20.3
arch amd64|arch arch
macos-14 amd64 arm64|darwin|darwin|Standalone Workstation|14.5
macos-15 arm64|darwin|darwin|Standalone Workstation|15.1
windows-2019 amd64|windows|Microsoft Windows Server 2019 Standard|Server|10.0.17763 Build 17763
windows-2022 amd64|windows|Microsoft Windows Server 2022 Standard|Server|10.0.20348 Build 20348
windows-2025 amd64|windows|Microsoft Windows Server 2025 Standard|Server|10.0.26100 Build 26100
windows-10 amd64 386|windows|Microsoft Windows 10 Pro|Standalone Workstation|10.0.19045 Build 19045
windows-11 amd64|windows|Microsoft Windows 11 Pro|Standalone Workstation|10.0.22631 Build 22631
freebsd-14 amd64 arm64|freebsd|freebsd||14.1-RELEASE
openbsd-7 amd64|openbsd|openbsd||7.5
solaris-11 amd64|solaris|solaris|solaris|11.4`;

/** The machines an asset is commonly meant for, as their agents describe them. */
export const PLATFORMS: readonly Platform[] = TABLE.split("\n").flatMap(platformsOf);

function platformsOf(row: string): Platform[] {
  const [machine = "", first = "", ...rest] = row.split("|");
  const [base = "", ...architectures] = machine.split(" ");
  const isLinux = rest.length === 0;
  const [platform = "", family = "", version = ""] = isLinux ? first.split(" ") : rest;
  return architectures.map((spelled) => {
    const name = `${base}-${spelled}`;
    const [, arm] = /^armv(\d)$/.exec(spelled) ?? [];
    const system: SystemFacts = {
      os: isLinux ? "linux" : first,
      arch: arm === undefined ? spelled : "arm",
      platform,
      platform_family: family,
      platform_version: version,
      ...(arm !== undefined && { arm_version: Number(arm) }),
      ...(isLinux && { libc_type: platform === "alpine" ? "musl" : "glibc" }),
    };
    return { name, entity: { name, entity_class: "agent", labels: {}, system } };
  });
}
