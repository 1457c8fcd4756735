declare namespace Cloudflare {
  interface Env {
    readonly TOKEN_SECRET: string;
    readonly MIGRATIONS: import("cloudflare:test").D1Migration[];
  }
}
