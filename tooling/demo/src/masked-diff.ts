import { createTwoFilesPatch, FILE_HEADERS_ONLY } from "diff";

/** What a stored record keeps secret. The marks of a revoked client are none. */
const SECRET = /("(?:api_key|password|crypto_key)": )"(?!revoked")(?:[^"\\]|\\.)*"/g;

function maskSecrets(json: string): string {
  return json.replaceAll(SECRET, '$1"********"');
}

/** What `hivemind-db` showed of a client, without its secrets. */
export function maskShown(output: string): string {
  return output.replaceAll(/^((?:access key|password|crypto key) +)(?!-$)\S.*$/gm, "$1********");
}

/** A unified diff of two versions of a store, without a secret of either. */
export function maskedDiff(name: string, before: string, after: string): string {
  // Masked first: a diff shows lines next to the changed ones too.
  const options = { context: 1, headerOptions: FILE_HEADERS_ONLY };
  return createTwoFilesPatch(
    name,
    name,
    maskSecrets(before),
    maskSecrets(after),
    "before",
    "after",
    options,
  ).trimEnd();
}
