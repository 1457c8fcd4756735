/** Members of an entity as filters see it (contract §6.3). `entity.metadata` is not among them. */
export const ENTITY_MEMBERS: ReadonlySet<string> = new Set([
  "name",
  "namespace",
  "labels",
  "annotations",
  "created_by",
  "entity_class",
  "subscriptions",
  "user",
  "deregister",
  "deregistration",
  "last_seen",
  "sensu_agent_version",
  "keepalive_handlers",
  "redact",
  "system",
]);

/** Members of `entity.system`. */
export const SYSTEM_MEMBERS: ReadonlySet<string> = new Set([
  "hostname",
  "os",
  "platform",
  "platform_family",
  "platform_version",
  "arch",
  "arm_version",
  "libc_type",
  "vm_system",
  "vm_role",
  "cloud_provider",
  "float_type",
  "network",
  "processes",
]);

/** What agents report as the value of a fact. */
export interface KnownValues {
  /** Every value there is; null where they cannot be listed. */
  readonly all: ReadonlySet<string> | null;
  /** For values that no agent reports, what to write instead. */
  readonly advice: ReadonlyMap<string, string>;
}

const armVersion = (version: number) =>
  `write entity.system.arch == 'arm' and entity.system.arm_version == ${version}`;
const family = (name: string) =>
  `compare entity.system.platform_family with '${name}', or entity.system.platform with this`;
const AS_OS = "compare entity.system.os instead";

/** By member of `entity.system`: GOOS and GOARCH for the first two, gopsutil's names for the others. */
export const KNOWN_VALUES: ReadonlyMap<string, KnownValues> = new Map([
  [
    "os",
    known(["linux", "windows", "darwin", "freebsd", "openbsd", "netbsd", "dragonfly", "solaris", "aix"], {
      macos: "write 'darwin'",
      osx: "write 'darwin'",
      mac: "write 'darwin'",
      sunos: "write 'solaris'",
      win32: "write 'windows'",
    }),
  ],
  [
    "arch",
    known(
      [
        "amd64",
        "386",
        "arm",
        "arm64",
        "mips",
        "mipsle",
        "mips64",
        "mips64le",
        "ppc64",
        "ppc64le",
        "riscv64",
        "s390x",
      ],
      {
        armv5: armVersion(5),
        armv6: armVersion(6),
        armv7: armVersion(7),
        armhf: armVersion(7),
        aarch64: "write 'arm64'",
        x86_64: "write 'amd64'",
        x64: "write 'amd64'",
        i386: "write '386'",
        i686: "write '386'",
        x86: "write '386'",
      },
    ),
  ],
  [
    "platform",
    known(null, {
      rhel: "write 'redhat', or compare entity.system.platform_family with 'rhel'",
      alma: "write 'almalinux'",
      rockylinux: "write 'rocky'",
      ol: "write 'oracle'",
      oraclelinux: "write 'oracle'",
      amzn: "write 'amazon'",
      raspberrypi: "write 'raspbian'",
      macos: "write 'darwin'",
      osx: "write 'darwin'",
      linux: AS_OS,
      windows: AS_OS,
    }),
  ],
  [
    "platform_family",
    known(
      [
        "debian",
        "rhel",
        "fedora",
        "suse",
        "alpine",
        "arch",
        "gentoo",
        "slackware",
        "exherbo",
        "coreos",
        "solus",
        "neokylin",
        "solaris",
        "Server",
        "Standalone Workstation",
        "Server (Domain Controller)",
        "",
      ],
      {
        centos: family("rhel"),
        redhat: family("rhel"),
        rocky: family("rhel"),
        almalinux: family("rhel"),
        oracle: family("rhel"),
        amazon: family("rhel"),
        ubuntu: family("debian"),
        raspbian: family("debian"),
        windows: AS_OS,
        darwin: AS_OS,
        linux: AS_OS,
      },
    ),
  ],
]);

function known(all: readonly string[] | null, advice: Readonly<Record<string, string>>): KnownValues {
  return { all: all && new Set(all), advice: new Map(Object.entries(advice)) };
}
