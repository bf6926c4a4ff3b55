/** How hard a password is to guess. */

/** As long as credentials that are made up: 128 random bits in hex. zxcvbn takes a quarter of a second for one. */
const MADE_UP = /^[\da-f]{32}$/;
const MADE_UP_BITS = 128;
/** Random ones have fewer about once in 10^9. */
const FEWEST_DIGITS = 6;

/** zxcvbn's time grows faster than the length, and what is this long is not guessed. */
const LONGEST = 64;

/** Bits of entropy, estimated. `related`: what an attacker would try first, such as the client's name. */
export async function passwordBits(password: string, related: readonly string[]): Promise<number> {
  if (MADE_UP.test(password) && new Set(password).size >= FEWEST_DIGITS) return MADE_UP_BITS;
  const estimate = await estimator();
  return Math.log2(estimate(password.slice(0, LONGEST), related));
}

type Estimate = (password: string, related: readonly string[]) => number;

let loaded: Promise<Estimate> | undefined;

/** Loaded with the first password: its dictionaries take 0.1 s. */
function estimator(): Promise<Estimate> {
  loaded ??= load();
  return loaded;
}

async function load(): Promise<Estimate> {
  const [{ ZxcvbnFactory }, { dictionary, adjacencyGraphs }] = await Promise.all([
    import("@zxcvbn-ts/core"),
    import("@zxcvbn-ts/language-common"),
  ]);
  const zxcvbn = new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs });
  return (password, related) => zxcvbn.check(password, [...related]).guesses;
}
