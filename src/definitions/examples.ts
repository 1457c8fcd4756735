// What the examples of the description are about. They are executed in the order that a reader would: these two assets
// are created first, so the rest may speak of them.
export const SHA512 =
  "25e01b962045f4f5b624c3e47e782bef65c6c82602524dc569a8431b76cc1f57639d267380a7ec49f70876339ae261704fc51ed2fc520513cf94bc45ed7f6e17";
const LINUX_SHA512 = "0f".repeat(64);
const WINDOWS_SHA512 = "e1".repeat(64);

/** The asset of Sensu's document, with a map of filters. */
export const SIMPLE = {
  url: "https://assets.example.com/my-secure-asset.tar.gz",
  sha512: SHA512,
  filters: { "entity.system.os": "linux", "entity.system.arch": "amd64" },
  headers: { Authorization: "Bearer $TOKEN" },
  metadata: { name: "my-secure-asset", namespace: "default" },
};

export const LINUX = {
  url: "https://assets.example.com/http-checks_linux_amd64.tar.gz",
  sha512: LINUX_SHA512,
  filters: ["entity.system.os == 'linux'", "entity.system.arch == 'amd64'"],
};
export const WINDOWS = {
  url: "https://assets.example.com/http-checks_windows_amd64.tar.gz",
  sha512: WINDOWS_SHA512,
  filters: ["entity.system.os == 'windows'"],
};

/** An asset with builds. */
export const WITH_BUILDS = {
  builds: [LINUX, WINDOWS],
  metadata: { name: "sensu/http-checks", namespace: "default", labels: { region: "us-west-1" } },
};

/** `SIMPLE` as it is served. */
export const SERVED = {
  url: SIMPLE.url,
  sha512: SHA512,
  filters: SIMPLE.filters,
  builds: null,
  metadata: { name: "my-secure-asset", namespace: "default", created_by: "ci" },
  headers: SIMPLE.headers,
};
