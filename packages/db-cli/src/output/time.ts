/** Unix seconds for people: UTC, to the second. What no calendar holds stays the number it is. */
export function formatTime(seconds: number | null): string {
  if (seconds === null) return "never";
  const time = new Date(seconds * 1000);
  if (Number.isNaN(time.getTime())) return `${seconds} s`;
  return `${time.toISOString().slice(0, 19).replace("T", " ")}Z`;
}
