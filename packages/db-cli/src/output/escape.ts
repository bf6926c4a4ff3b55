/**
 * Text of unknown origin, made safe to show: a client's name must not move the cursor, colour the screen, turn
 * the direction of the text after it, or look like another name by what nobody can see.
 */

// Control, format (the bidi overrides and isolates among them), surrogate, private and unassigned characters;
// spaces other than U+0020; all that Unicode calls ignorable (zero-width characters, variation selectors, Hangul
// fillers, tags); and the blank Braille pattern. U+FE0F is wanted after an emoji: it chooses the coloured form.
const INVISIBLE =
  /(?! |(?<=\p{Extended_Pictographic})\uFE0F)[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}\u2800]/gu;

// Marks pile up on the character before them, over the lines above and below; without one they join the gap
// between two columns. No script needs more than four.
const UNHELD_MARKS = /(?<=(?:^| )\p{M}*|\p{M}{4})\p{M}/gu;

/**
 * For a name in a table. No two texts look the same: the backslash is escaped, and so is each space that could
 * be overlooked or taken for the gap between two columns.
 */
export function escapeText(text: string): string {
  return text
    .replaceAll("\\", "\\\\")
    .replaceAll(INVISIBLE, escapeCharacter)
    .replaceAll(UNHELD_MARKS, escapeCharacter)
    .replaceAll(/^ | $|(?<= ) /g, escapeCharacter);
}

/** For sentences, in which backslashes (paths) and line breaks are as they were meant. */
export function escapeMessage(text: string): string {
  return text.replaceAll(INVISIBLE, (character) =>
    character === "\n" ? character : escapeCharacter(character),
  );
}

/** For JSON text: another spelling of the same value. */
export function escapeJson(json: string): string {
  return json.replaceAll(INVISIBLE, (character) => {
    if (character === "\n") return character;
    return character
      .split("")
      .map((unit) => `\\u${hex(unit.charCodeAt(0), 4)}`)
      .join("");
  });
}

const SHORT = new Map([
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
]);

function escapeCharacter(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const long = code > 0xffff ? `\\u{${hex(code, 1)}}` : `\\u${hex(code, 4)}`;
  return SHORT.get(character) ?? (code > 0xff ? long : `\\x${hex(code, 2)}`);
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, "0");
}
