/** Data goes to stdout; words go to stderr, with `--json` as one JSON object a line. */
import { styleText } from "node:util";
import { stringifyJson } from "@hivemind/db-core";
import type { Json, JsonObject, Notice } from "@hivemind/db-core";
import type { Failure } from "../failure.ts";
import type { Io } from "../io.ts";
import { escapeJson, escapeMessage } from "./escape.ts";
import { stdoutError } from "./stdout-errors.ts";
import type { Row } from "./table.ts";

type Style = Parameters<typeof styleText>[0];

/** Characters written at once: a call for each of a million records would take longer than reading them. */
const CHUNK = 65_536;

export class Output {
  readonly json: boolean;
  readonly #stdout: Io["stdout"];
  readonly #stderr: Io["stderr"];

  constructor({ stdout, stderr }: Pick<Io, "stdout" | "stderr">, json: boolean) {
    this.json = json;
    this.#stdout = stdout;
    this.#stderr = stderr;
  }

  /** One JSON document to stdout. */
  value(value: Json): Promise<void> {
    return this.#write(`${escapeJson(stringifyJson(value, 2))}\n`);
  }

  /** A JSON array to stdout, an item a line, as the items come. */
  async array(items: AsyncIterable<JsonObject>): Promise<void> {
    let text = "[";
    let separator = "\n";
    for await (const item of items) {
      text += separator + escapeJson(stringifyJson(item));
      separator = ",\n";
      if (text.length < CHUNK) continue;
      await this.#write(text);
      text = "";
    }
    await this.#write(`${text}\n]\n`);
  }

  /** Text of any form to stdout, as it comes; on a terminal without what would act on that. */
  async text(pieces: AsyncIterable<string>): Promise<undefined> {
    let text = "";
    for await (const piece of pieces) {
      text += this.#stdout.isTTY ? escapeMessage(piece) : piece;
      if (text.length < CHUNK) continue;
      await this.#write(text);
      text = "";
    }
    await this.#write(text);
  }

  /** Aligned columns to stdout. `style`: of a row as a whole. */
  async table(
    rows: readonly Row[],
    style: (index: number) => Style | undefined = () => undefined,
  ): Promise<void> {
    const width = this.#stdout.isTTY ? this.#stdout.columns : undefined;
    // Loaded here: what measures text is dear to load, and JSON needs none of it.
    const { layOut } = await import("./table.ts");
    const lines = layOut(rows, width).flatMap((row, index) =>
      row.map((line) => this.#paint(style(index), line)),
    );
    await this.#write(lines.map((line) => `${line}\n`).join(""));
  }

  /** A sentence about what was done. With `--json` the data says it. */
  say(sentence: string): void {
    if (!this.json) this.#stderr.write(`${escapeMessage(sentence)}\n`);
  }

  readonly notice = ({ code, message, clientIds = [] }: Notice): void => {
    if (this.json) this.#writeWordsAsJson({ notice: { code, message, clientIds } });
    else
      this.#stderr.write(
        `${styleText("yellow", "note:", { stream: this.#stderr })} ${escapeMessage(message)}\n`,
      );
  };

  /** What must be heard with `--json` too, where it has the shape of a notice. */
  remark(code: string, sentence: string, clientIds: readonly number[] = []): void {
    if (this.json) this.#writeWordsAsJson({ notice: { code, message: sentence, clientIds } });
    else this.say(sentence);
  }

  failure({ code, message, clientIds }: Omit<Failure, "exitCode">): void {
    if (this.json) this.#writeWordsAsJson({ error: { code, message, clientIds } });
    else
      this.#stderr.write(
        `${styleText("red", "hivemind-db:", { stream: this.#stderr })} ${escapeMessage(message)}\n`,
      );
  }

  #writeWordsAsJson(words: JsonObject): void {
    this.#stderr.write(`${escapeJson(stringifyJson(words))}\n`);
  }

  #paint(style: Style | undefined, line: string): string {
    return style === undefined ? line : styleText(style, line, { stream: this.#stdout });
  }

  #write(text: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#stdout.write(text, (error) => {
        if (error) reject(stdoutError(error));
        else resolve();
      });
    });
  }
}
