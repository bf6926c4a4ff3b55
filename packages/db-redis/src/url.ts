/** `redis://[user][:password]@host[:port][/db]`, and `rediss://` for TLS. */
export interface Address {
  readonly host?: string;
  readonly port?: number;
  readonly db?: number;
  readonly username?: string;
  readonly password?: string;
  readonly tls?: boolean;
}

/** `undefined`: no such URL. Never throws, because its error would quote the password. */
export function addressIn(text: string): Address | undefined {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== "redis:" && url.protocol !== "rediss:") || url.hostname === "")
    return undefined;
  const db = url.pathname.replace(/^\//, "");
  const parts = [url.username, url.password].map(decoded);
  if (!/^\d{0,5}$/.test(db) || url.search !== "" || url.hash !== "" || parts.includes(null)) return undefined;
  const [username, password] = parts as string[];
  return {
    // An IPv6 address stands in brackets in a URL alone.
    host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    tls: url.protocol === "rediss:",
    ...(url.port === "" ? {} : { port: Number(url.port) }),
    ...(db === "" ? {} : { db: Number(db) }),
    ...(username === undefined || username === "" ? {} : { username }),
    ...(password === undefined || password === "" ? {} : { password }),
  };
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    // A stray percent sign: the password was not encoded for a URL.
    return null;
  }
}
