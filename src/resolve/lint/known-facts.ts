/** Members of an entity as filters see it (contract §6.3). `entity.metadata` is not among them. */
export const ENTITY_MEMBERS = words(
  "name namespace labels annotations created_by entity_class subscriptions user deregister deregistration last_seen " +
    "sensu_agent_version keepalive_handlers redact system",
);

export const SYSTEM_MEMBERS = words(
  "hostname os platform platform_family platform_version arch arm_version libc_type vm_system vm_role cloud_provider " +
    "float_type network processes",
);

/** By name, what is advised for it. */
type Advice = ReadonlyMap<string, string>;

/** Values of a fact: those there are, where they can be listed, and what is meant by some of those there are not. */
export interface KnownValues {
  all: ReadonlySet<string> | null;
  meant: Advice;
}

/** Reads a table with the names that each advice is for. */
function adviceOf(table: Readonly<Record<string, string>>): Advice {
  return new Map(
    Object.entries(table).flatMap(([advice, names]) =>
      names.split(" ").map((name): [string, string] => [name, advice]),
    ),
  );
}

const AS_ARM = "write entity.system.arch == 'arm' and entity.system.arm_version ==";
const AS_OS = "compare entity.system.os instead";
const asFamily = (family: string) =>
  `compare entity.system.platform_family with '${family}', or entity.system.platform with this`;

/** By member of `entity.system`. GOOS and GOARCH for the first two, gopsutil's names for the others. */
export const KNOWN_VALUES = new Map<string, KnownValues>(
  Object.entries({
    os: {
      all: words("linux windows darwin freebsd openbsd netbsd dragonfly solaris aix"),
      meant: adviceOf({
        "write 'darwin'": "macos osx mac",
        "write 'solaris'": "sunos",
        "write 'windows'": "win32",
      }),
    },
    arch: {
      all: words("amd64 386 arm arm64 mips mipsle mips64 mips64le ppc64 ppc64le riscv64 s390x"),
      meant: adviceOf({
        [`${AS_ARM} 5`]: "armv5",
        [`${AS_ARM} 6`]: "armv6",
        [`${AS_ARM} 7`]: "armv7 armhf",
        "write 'arm64'": "aarch64",
        "write 'amd64'": "x86_64 x64",
        "write '386'": "i386 i686 x86",
      }),
    },
    platform: {
      all: null,
      meant: adviceOf({
        "write 'redhat', or compare entity.system.platform_family with 'rhel'": "rhel",
        "write 'almalinux'": "alma",
        "write 'rocky'": "rockylinux",
        "write 'oracle'": "ol oraclelinux",
        "write 'amazon'": "amzn",
        "write 'raspbian'": "raspberrypi",
        "write 'darwin'": "macos osx",
        [AS_OS]: "linux windows",
      }),
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
      meant: adviceOf({
        [asFamily("rhel")]: "centos redhat rocky almalinux oracle amazon",
        [asFamily("debian")]: "ubuntu raspbian",
        [AS_OS]: "windows darwin linux",
      }),
    },
  }),
);

/** Methods later editions added to texts and lists, and what does the same in ES5. */
export const LATER_METHODS: Advice = adviceOf({
  "write .indexOf(x) == 0": "startsWith",
  "write .slice(-x.length) == x": "endsWith",
  "write .indexOf(x) >= 0": "includes",
  "write .filter(f)[0]": "find",
  "use a loop": "findIndex padStart repeat",
  "write an index in brackets": "at",
  "use .concat()": "flat",
  "use .replace(/x/g, y)": "replaceAll",
  "write .trim()": "trimStart trimEnd",
});

function words(list: string): ReadonlySet<string> {
  return new Set(list.split(" "));
}
