/** What happened without being an error of any call. The one channel for it is `onNotice`. */
export interface Notice {
  readonly code: NoticeCode;
  /** npm package name of the backend concerned, where there is one. */
  readonly backend?: string;
  /** One sentence for an operator, without secrets. */
  readonly message: string;
  /** The clients concerned, ascending. */
  readonly clientIds?: readonly number[];
}

export type NoticeCode =
  /** Records that cannot be read. They stay in the store as they are; the other clients are served. */
  | "bad-record"
  /** The password is longer than the format takes and was cut, as the Python plugin that wrote the file did. */
  | "password-cut"
  /** The store was upgraded to the current schema. */
  | "migrated"
  /** Changes made elsewhere are not being heard of; nothing is answered from a cache until they are. */
  | "feed-down"
  /** The feed is back; anything may have changed meanwhile. */
  | "feed-up"
  /** When clients were last seen could not be written; it is tried again until the database is closed. */
  | "last-seen-unwritten"
  /** Something was done in a weaker way than usual, and why. */
  | "fallback";

export type OnNotice = (notice: Notice) => void;
