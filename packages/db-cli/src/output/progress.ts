/** How far long work is: a bar on a terminal, a line every few seconds elsewhere. Words, so on stderr. */
import type { Io } from "../io.ts";

const BAR_EVERY_MS = 100;
const LINE_EVERY_MS = 5000;
const LOOK_EVERY_MS = 1000;
const BAR_WIDTH = 24;

export class Progress {
  readonly #stderr: Io["stderr"];
  readonly #isShown: boolean;
  readonly #everyMs: number;
  #phase = "";
  #total: number | undefined;
  #done = 0;
  #start = 0;
  #shownAt = 0;
  #isBarShown = false;
  #timer: NodeJS.Timeout | undefined;
  #doneAtTick = 0;

  constructor({ stderr }: Pick<Io, "stderr">, { isShown }: { readonly isShown: boolean }) {
    this.#stderr = stderr;
    this.#isShown = isShown;
    this.#everyMs = stderr.isTTY ? BAR_EVERY_MS : LINE_EVERY_MS;
  }

  /** `phase`: what is being done, as `Comparing`. `total`: `undefined` where it is not known. */
  begin(phase: string, total?: number): void {
    this.end();
    this.#phase = phase;
    this.#total = total;
    this.#done = 0;
    this.#start = performance.now();
    this.#shownAt = this.#start;
    this.#doneAtTick = 0;
    if (this.#isShown) this.#timer = setInterval(() => this.#tick(), LOOK_EVERY_MS).unref();
  }

  add(count: number): void {
    this.#done += count;
    const now = performance.now();
    if (!this.#isShown || now - this.#shownAt < this.#everyMs) return;
    this.#shownAt = now;
    if (this.#stderr.isTTY) this.#showBar(now);
    else this.#stderr.write(`${this.#text(now)}\n`);
  }

  /** Clears the bar: what is written next starts on a clean line. */
  end(): void {
    clearInterval(this.#timer);
    if (this.#isBarShown) this.#stderr.write("\r\u001B[K");
    this.#isBarShown = false;
  }

  /** A single step that takes long: that it goes on has to be seen. */
  #tick(): void {
    if (this.#done === this.#doneAtTick) this.add(0);
    this.#doneAtTick = this.#done;
  }

  #showBar(now: number): void {
    const { columns } = this.#stderr;
    const share = this.#total === undefined ? undefined : Math.min(1, this.#done / Math.max(1, this.#total));
    const full = Math.round((share ?? 0) * BAR_WIDTH);
    const bar = share === undefined ? "" : `[${"#".repeat(full)}${"-".repeat(BAR_WIDTH - full)}] `;
    // The last column wraps on some terminals.
    this.#stderr.write(`\r${(bar + this.#text(now)).slice(0, Math.max(20, columns - 1))}\u001B[K`);
    this.#isBarShown = true;
  }

  #text(now: number): string {
    const seconds = (now - this.#start) / 1000;
    if (this.#done === 0) return `${this.#phase}: ${time(seconds)}`;
    const rate = this.#done / seconds;
    const of = this.#total === undefined ? "" : ` of ${formatCount(this.#total)}`;
    const left = this.#total === undefined ? "" : `, ${time((this.#total - this.#done) / rate)} left`;
    return `${this.#phase}: ${formatCount(this.#done)}${of} (${formatCount(rate)}/s${left})`;
  }
}

function formatCount(number: number): string {
  return Math.round(number).toLocaleString("en-US");
}

function time(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds));
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
