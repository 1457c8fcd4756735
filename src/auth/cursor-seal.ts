import { CompactEncrypt, compactDecrypt } from "jose";
import type { SigningKey } from "./signing-keys.ts";

type Ring = readonly Pick<SigningKey, "kid" | "sealing">[];

const ENCRYPTION = "A256GCM";

/**
 * Makes cursors whose key only this deployment can read (RFC 7516, direct encryption): a scan that ends on a name its
 * reader may not see has to say where it ended without saying the name. The first key of the ring seals, all open.
 */
export class CursorSeal {
  readonly #keys: Ring;

  constructor(keys: Ring) {
    this.#keys = keys;
  }

  /** A token for the page after `key`. */
  async seal(key: string): Promise<string> {
    const [sealer] = this.#keys;
    if (sealer === undefined) throw new Error("no secret seals cursors");
    return new CompactEncrypt(new TextEncoder().encode(key))
      .setProtectedHeader({ alg: "dir", enc: ENCRYPTION, kid: sealer.kid })
      .encrypt(sealer.sealing);
  }

  /** The key of a token that one of these keys has sealed; null for any other text. */
  async open(token: string): Promise<string | null> {
    const keyFor = ({ kid }: { kid?: string }) => {
      const found = this.#keys.find((each) => each.kid === kid);
      if (found === undefined) throw new Error("no secret has this kid");
      return found.sealing;
    };
    try {
      const options = { keyManagementAlgorithms: ["dir"], contentEncryptionAlgorithms: [ENCRYPTION] };
      const { plaintext } = await compactDecrypt(token, keyFor, options);
      return new TextDecoder().decode(plaintext);
    } catch {
      return null;
    }
  }
}
