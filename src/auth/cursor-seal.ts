import { CompactEncrypt, compactDecrypt } from "jose";
import type { SigningKey } from "./signing-keys.ts";

/** Where the keys are read from when they are needed; reading may throw. */
interface Ring {
  readonly signingKeys: readonly Pick<SigningKey, "kid" | "sealing">[];
}

const ENCRYPTION = "A256GCM";

/**
 * Makes cursors whose key only this deployment can read (RFC 7516, direct encryption): a scan that ends on a name its
 * reader may not see has to say where it ended without saying the name. The first key of the ring seals, all open.
 */
export class CursorSeal {
  readonly #ring: Ring;

  constructor(ring: Ring) {
    this.#ring = ring;
  }

  /** A token for the page after `key`. */
  async seal(key: string): Promise<string> {
    const [sealer] = this.#ring.signingKeys;
    if (sealer === undefined) throw new Error("no secret seals cursors");
    return new CompactEncrypt(new TextEncoder().encode(key))
      .setProtectedHeader({ alg: "dir", enc: ENCRYPTION, kid: sealer.kid })
      .encrypt(sealer.sealing);
  }

  /** The key of a token that one of these keys has sealed; null for any other text. */
  async open(token: string): Promise<string | null> {
    const { signingKeys } = this.#ring;
    const keyFor = ({ kid }: { kid?: string }) => {
      const found = signingKeys.find((each) => each.kid === kid);
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
