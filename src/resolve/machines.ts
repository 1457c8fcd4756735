/** A machine as gopsutil describes it, for each architecture that it is common on. */
export interface Machine {
  readonly name: string;
  readonly platform: string;
  readonly family: string;
  readonly version: string;
  /** GOARCH, but `armv6` and `armv7` for arch `arm` with that `arm_version`. */
  readonly architectures: readonly string[];
}

/** The machines that assets are commonly built for, by `entity.system.os`. */
export const MACHINES: Readonly<Record<string, readonly Machine[]>> = {
  linux: [
    {
      name: "ubuntu-20.04",
      platform: "ubuntu",
      family: "debian",
      version: "20.04",
      architectures: ["amd64", "arm64"],
    },
    {
      name: "ubuntu-22.04",
      platform: "ubuntu",
      family: "debian",
      version: "22.04",
      architectures: ["amd64", "arm64"],
    },
    {
      name: "ubuntu-24.04",
      platform: "ubuntu",
      family: "debian",
      version: "24.04",
      architectures: ["amd64", "arm64"],
    },
    {
      name: "debian-11",
      platform: "debian",
      family: "debian",
      version: "11.9",
      architectures: ["amd64", "arm64"],
    },
    {
      name: "debian-12",
      platform: "debian",
      family: "debian",
      version: "12.5",
      architectures: ["amd64", "arm64", "armv7"],
    },
    {
      name: "debian-13",
      platform: "debian",
      family: "debian",
      version: "13.1",
      architectures: ["amd64", "arm64"],
    },
    {
      name: "raspbian-12",
      platform: "raspbian",
      family: "debian",
      version: "12.5",
      architectures: ["armv6", "armv7"],
    },
    { name: "centos-7", platform: "centos", family: "rhel", version: "7.9.2009", architectures: ["amd64"] },
    {
      name: "centos-stream-9",
      platform: "centos",
      family: "rhel",
      version: "9",
      architectures: ["amd64", "arm64"],
    },
    { name: "rhel-7", platform: "redhat", family: "rhel", version: "7.9", architectures: ["amd64"] },
    {
      name: "rhel-8",
      platform: "redhat",
      family: "rhel",
      version: "8.10",
      architectures: ["amd64", "arm64", "ppc64le", "s390x"],
    },
    { name: "rhel-9", platform: "redhat", family: "rhel", version: "9.4", architectures: ["amd64", "arm64"] },
    { name: "rhel-10", platform: "redhat", family: "rhel", version: "10.0", architectures: ["amd64"] },
    { name: "rocky-9", platform: "rocky", family: "rhel", version: "9.4", architectures: ["amd64", "arm64"] },
    {
      name: "almalinux-9",
      platform: "almalinux",
      family: "rhel",
      version: "9.4",
      architectures: ["amd64", "arm64"],
    },
    {
      name: "fedora-42",
      platform: "fedora",
      family: "fedora",
      version: "42",
      architectures: ["amd64", "arm64"],
    },
    { name: "amazon-2", platform: "amazon", family: "rhel", version: "2", architectures: ["amd64", "arm64"] },
    {
      name: "amazon-2023",
      platform: "amazon",
      family: "rhel",
      version: "2023",
      architectures: ["amd64", "arm64"],
    },
    { name: "suse-15", platform: "suse", family: "suse", version: "15.6", architectures: ["amd64", "arm64"] },
    {
      name: "alpine-3.20",
      platform: "alpine",
      family: "alpine",
      version: "3.20.3",
      architectures: ["amd64", "arm64", "armv7", "386"],
    },
    { name: "arch", platform: "arch", family: "arch", version: "", architectures: ["amd64"] },
  ],
  darwin: [
    {
      name: "macos-14",
      platform: "darwin",
      family: "Standalone Workstation",
      version: "14.5",
      architectures: ["amd64", "arm64"],
    },
    {
      name: "macos-15",
      platform: "darwin",
      family: "Standalone Workstation",
      version: "15.1",
      architectures: ["arm64"],
    },
  ],
  windows: [
    {
      name: "windows-2019",
      platform: "Microsoft Windows Server 2019 Standard",
      family: "Server",
      version: "10.0.17763 Build 17763",
      architectures: ["amd64"],
    },
    {
      name: "windows-2022",
      platform: "Microsoft Windows Server 2022 Standard",
      family: "Server",
      version: "10.0.20348 Build 20348",
      architectures: ["amd64"],
    },
    {
      name: "windows-2025",
      platform: "Microsoft Windows Server 2025 Standard",
      family: "Server",
      version: "10.0.26100 Build 26100",
      architectures: ["amd64"],
    },
    {
      name: "windows-10",
      platform: "Microsoft Windows 10 Pro",
      family: "Standalone Workstation",
      version: "10.0.19045 Build 19045",
      architectures: ["amd64", "386"],
    },
    {
      name: "windows-11",
      platform: "Microsoft Windows 11 Pro",
      family: "Standalone Workstation",
      version: "10.0.22631 Build 22631",
      architectures: ["amd64"],
    },
  ],
  freebsd: [
    {
      name: "freebsd-14",
      platform: "freebsd",
      family: "",
      version: "14.1-RELEASE",
      architectures: ["amd64", "arm64"],
    },
  ],
  openbsd: [{ name: "openbsd-7", platform: "openbsd", family: "", version: "7.5", architectures: ["amd64"] }],
  solaris: [
    { name: "solaris-11", platform: "solaris", family: "solaris", version: "11.4", architectures: ["amd64"] },
  ],
};
