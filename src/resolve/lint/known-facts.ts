/** Members of an entity as filters see it (contract §6.3). `entity.metadata` is not among them. */
export const ENTITY_MEMBERS = words(
  "name namespace labels annotations created_by entity_class subscriptions user deregister deregistration last_seen " +
    "sensu_agent_version keepalive_handlers redact system",
);

export const SYSTEM_MEMBERS = words(
  "hostname os platform platform_family platform_version arch arm_version libc_type vm_system vm_role cloud_provider " +
    "float_type network processes",
);

/** Values of a fact: those there are, where they can be listed, and what is meant by some of those there are not. */
export interface KnownValues {
  all: ReadonlySet<string> | null;
  meant: Readonly<Record<string, string>>;
}

const AS_RHEL = "compare entity.system.platform_family with 'rhel', or entity.system.platform with this";
const AS_DEBIAN = "compare entity.system.platform_family with 'debian', or entity.system.platform with this";
const AS_ARM = "write entity.system.arch == 'arm' and entity.system.arm_version ==";
const AS_OS = "compare entity.system.os instead";

/** By member of `entity.system`. GOOS and GOARCH for the first two, gopsutil's names for the others. */
export const KNOWN_VALUES: Readonly<Record<string, KnownValues | undefined>> = {
  os: {
    all: words("linux windows darwin freebsd openbsd netbsd dragonfly solaris aix"),
    meant: {
      macos: "write 'darwin'",
      osx: "write 'darwin'",
      mac: "write 'darwin'",
      sunos: "write 'solaris'",
      win32: "write 'windows'",
    },
  },
  arch: {
    all: words("amd64 386 arm arm64 mips mipsle mips64 mips64le ppc64 ppc64le riscv64 s390x"),
    meant: {
      armv5: `${AS_ARM} 5`,
      armv6: `${AS_ARM} 6`,
      armv7: `${AS_ARM} 7`,
      armhf: `${AS_ARM} 7`,
      aarch64: "write 'arm64'",
      x86_64: "write 'amd64'",
      x64: "write 'amd64'",
      i386: "write '386'",
      i686: "write '386'",
      x86: "write '386'",
    },
  },
  platform: {
    all: null,
    meant: {
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
    },
  },
  platform_family: {
    all: new Set([
      ...words(
        "debian rhel fedora suse alpine arch gentoo slackware exherbo coreos solus neokylin solaris Server",
      ),
      "Standalone Workstation",
      "Server (Domain Controller)",
      "",
    ]),
    meant: {
      centos: AS_RHEL,
      redhat: AS_RHEL,
      rocky: AS_RHEL,
      almalinux: AS_RHEL,
      oracle: AS_RHEL,
      amazon: AS_RHEL,
      ubuntu: AS_DEBIAN,
      raspbian: AS_DEBIAN,
      windows: AS_OS,
      darwin: AS_OS,
      linux: AS_OS,
    },
  },
};

/** Methods later editions added to texts and lists, and what does the same in ES5. */
export const LATER_METHODS: Readonly<Record<string, string | undefined>> = {
  startsWith: "write .indexOf(x) == 0",
  endsWith: "write .slice(-x.length) == x",
  includes: "write .indexOf(x) >= 0",
  find: "write .filter(f)[0]",
  findIndex: "use a loop",
  padStart: "use a loop",
  repeat: "use a loop",
  at: "write an index in brackets",
  flat: "use .concat()",
  replaceAll: "use .replace(/x/g, y)",
  trimStart: "write .trim()",
  trimEnd: "write .trim()",
};

function words(list: string): ReadonlySet<string> {
  return new Set(list.split(" "));
}
