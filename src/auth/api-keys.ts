import { sha256Hex } from "../lib/sha256.ts";

const PREFIX = "sak_";
const SECRET_DIGITS = 43;
const CHECKSUM_DIGITS = 6;
const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const FORM = /^sak_[0-9A-Za-z]{49}$/;

/** Makes a key: `sak_`, 256 random bits in 43 base62 digits, and a checksum in 6, so garbage needs no look-up. */
export function makeApiKey(random: Uint8Array): string {
  if (random.byteLength !== 32) throw new Error("an API key takes 32 random bytes");
  const secret = random.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
  const body = PREFIX + base62(secret, SECRET_DIGITS);
  return body + checksum(body);
}

/** Whether a text looks like a key; those that do not are no secret, so an answer may say so. */
export function hasKeyForm(text: string): boolean {
  return FORM.test(text);
}

/** Whether a text can be a key at all: its form and its checksum. Says nothing about whether it was ever made. */
export function isApiKey(text: string): boolean {
  if (!hasKeyForm(text)) return false;
  const body = text.slice(0, -CHECKSUM_DIGITS);
  return checksum(body) === text.slice(-CHECKSUM_DIGITS);
}

/** What is stored and looked up instead of a key: its SHA-256 in hex. Keys are random, so no slow hash is needed. */
export function apiKeyDigest(key: string): Promise<string> {
  return sha256Hex(key);
}

function base62(value: bigint, digits: number): string {
  let text = "";
  for (let rest = value; text.length < digits; rest /= 62n) text = ALPHABET[Number(rest % 62n)] + text;
  return text;
}

function checksum(body: string): string {
  return base62(BigInt(crc32(body)), CHECKSUM_DIGITS);
}

/** CRC-32 of ISO 3309, bit by bit: keys are 47 characters. */
function crc32(text: string): number {
  let crc = 0xffffffff;
  for (let index = 0; index < text.length; index += 1) {
    crc ^= text.charCodeAt(index);
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}
