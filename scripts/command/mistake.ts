/** Something to be put right by whoever typed the command: what is wrong, and what to do. */
export class Mistake extends Error {
  constructor(wrong: string, remedy: string) {
    super(`${wrong}; ${remedy}`);
    this.name = "Mistake";
  }
}
