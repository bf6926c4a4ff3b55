/**
 * The text of one JSON object, cut into its members and nothing deeper.
 *
 * The file is edited, not parsed and written anew: a record that nobody changes keeps every byte, also one
 * that is no valid JSON inside, and so do an operator's comments and layout.
 */

/** `before "key"between raw after`, joined by commas. */
export interface Member {
  readonly before: string;
  readonly key: string;
  readonly keyText: string;
  readonly between: string;
  readonly raw: string;
  readonly after: string;
}

const NEW_BEFORE = "\n    ";

export class ObjectText {
  static readonly empty = new ObjectText("{", [], "", "}\n");

  readonly #open: string;
  readonly #members: readonly Member[];
  /** What stands between the braces of an object without members. */
  readonly #inner: string;
  readonly #close: string;
  readonly #last: ReadonlyMap<string, Member>;

  constructor(open: string, members: readonly Member[], inner: string, close: string) {
    this.#open = open;
    this.#members = members;
    this.#inner = inner;
    this.#close = close;
    // Of a key that occurs twice the last one counts, as in every JSON parser.
    this.#last = new Map(members.map((member) => [member.key, member]));
  }

  get isEmpty(): boolean {
    return this.#members.length === 0;
  }

  /** Each key once, with the text of its value. */
  *values(): Iterable<readonly [key: string, raw: string]> {
    for (const [key, { raw }] of this.#last) yield [key, raw];
  }

  get(key: string): string | undefined {
    return this.#last.get(key)?.raw;
  }

  /** Keys that occur more than once. */
  duplicateKeys(): readonly string[] {
    const seen = new Set<string>();
    return this.#members.filter(({ key }) => seen.size === seen.add(key).size).map(({ key }) => key);
  }

  /**
   * The object with these values set, in place or at the end. Of a key that is set all earlier occurrences
   * go: one of them could still hold the secret that is being taken away.
   */
  with(values: ReadonlyMap<string, string>): ObjectText {
    const kept = this.#members.filter(
      (member) => !values.has(member.key) || this.#last.get(member.key) === member,
    );
    const members = kept.map((member) => {
      const raw = values.get(member.key);
      return raw === undefined ? member : { ...member, raw };
    });
    for (const [key, raw] of values) {
      if (!this.#last.has(key)) append(members, this.#inner, key, raw);
    }
    return new ObjectText(this.#open, members, this.#inner, this.#close);
  }

  toString(): string {
    if (this.#members.length === 0) return this.#open + this.#inner + this.#close;
    const parts = this.#members.map((m) => m.before + m.keyText + m.between + m.raw + m.after);
    return this.#open + parts.join(",") + this.#close;
  }
}

function append(members: Member[], inner: string, key: string, raw: string): void {
  const last = members.pop();
  if (last !== undefined) members.push({ ...last, after: "" });
  members.push({
    before: last === undefined ? inner.trimEnd() + NEW_BEFORE : NEW_BEFORE,
    key,
    keyText: JSON.stringify(key),
    between: ": ",
    raw,
    after: last === undefined || last.after === "" ? "\n" : last.after,
  });
}
