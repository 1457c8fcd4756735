// Aliases of YAML repeat what an anchor names: few lines can stand for more than any memory holds.
import { isAlias, isCollection, isPair, isScalar, type Document, type Node } from "yaml";
import { Mistake } from "../command/mistake.ts";

/** Characters that a document may stand for; a file that is longer itself may be as long as it is. */
const LARGEST = 16 * 1024 * 1024;

/** Throws a mistake where a document's aliases stand for too much; counts each anchor once, so it takes no time. */
export function refuseHuge(document: Document.Parsed, length: number, where: string): void {
  const size = new Sizes(document, where).of(document.contents);
  if (size <= Math.max(LARGEST, length)) return;
  throw new Mistake(
    `${where} stands for ${size.toLocaleString("en", { maximumSignificantDigits: 3 })} characters by its aliases; the limit is ${LARGEST.toLocaleString("en")}`,
    "write out what is meant, or leave it out",
  );
}

/** How many characters the nodes of a document stand for, about. */
class Sizes {
  readonly #document: Document.Parsed;
  readonly #where: string;
  readonly #known = new Map<Node, number>();
  /** What is being counted: an alias to it would never end. */
  readonly #open = new Set<Node>();

  constructor(document: Document.Parsed, where: string) {
    this.#document = document;
    this.#where = where;
  }

  of(node: unknown): number {
    if (isPair(node)) return this.of(node.key) + this.of(node.value);
    if (isAlias(node)) return this.of(node.resolve(this.#document));
    if (isScalar(node)) return 1 + String(node.value).length;
    if (!isCollection(node)) return 1;
    const known = this.#known.get(node);
    if (known !== undefined) return known;
    if (this.#open.has(node))
      throw new Mistake(`${this.#where} holds an alias to what it stands in`, "write out what is meant");
    this.#open.add(node);
    const size = node.items.reduce((sum: number, item: unknown) => sum + this.of(item), 1);
    this.#open.delete(node);
    this.#known.set(node, size);
    return size;
  }
}
