/** The fields of a record's text, each with the text of its value: NaN and long numbers survive. */
export function recordFields(text: string): ReadonlyMap<string, string> {
  if (!text.startsWith("{")) throw new Error("not a JSON object: a row has no place for it");
  const fields = new Map<string, string>();
  for (const member of splitMembers(text.slice(1, -1))) {
    const colon = endOfString(member) + 1;
    fields.set(JSON.parse(member.slice(0, colon)) as string, member.slice(colon + 1).trim());
  }
  return fields;
}

function splitMembers(text: string): readonly string[] {
  const members: string[] = [];
  let [depth, start] = [0, 0];
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === '"') at = endOfString(text, at);
    else if ("{[".includes(character)) depth += 1;
    else if ("}]".includes(character)) depth -= 1;
    else if (character === "," && depth === 0) {
      members.push(text.slice(start, at).trim());
      start = at + 1;
    }
  }
  return [...members, text.slice(start).trim()].filter((member) => member !== "");
}

function endOfString(text: string, start = 0): number {
  for (let at = start + 1; ; at += 1) {
    if (text[at] === "\\") at += 1;
    else if (text[at] === '"') return at;
  }
}
