export const SHOW_SECRETS = "--show-secrets";
export const SHOW_SECRETS_MEANING = "show access keys, passwords and crypto keys";

export interface ShowSecrets {
  readonly showSecrets?: true;
}
