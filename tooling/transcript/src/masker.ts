/** Puts in the place of what differs from run to run and from machine to machine what does not. */
const RANDOM = /\b[\da-f]{32}\b/g;

export class Masker {
  readonly #home: string;
  readonly #seen = new Map<string, string>();

  constructor(home: string) {
    this.#home = home;
  }

  mask(text: string): string {
    return text
      .replaceAll(this.#home, "/home/hive")
      .replaceAll(RANDOM, (digits) => this.#standIn(digits))
      .replaceAll(/[ \t]+$/gm, "");
  }

  /** The same value gets the same stand-in: a reader can follow an access key through the hour. */
  #standIn(digits: string): string {
    const known = this.#seen.get(digits);
    if (known !== undefined) return known;
    const made = String(this.#seen.size + 1).repeat(32);
    this.#seen.set(digits, made);
    return made;
  }
}
