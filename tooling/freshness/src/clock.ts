/** The same clock in every process of one machine, in ms. */
export function now(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
