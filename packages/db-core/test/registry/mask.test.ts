import { expect, test } from "vitest";
import { maskConfig } from "../../src/registry/index.ts";

test.each([
  "password",
  "PASSWORD",
  "passwd",
  "pasword",
  "db_passwrd",
  "pssword",
  "passphrase",
  "db_pass",
  "pwd",
  "secret",
  "client_secret",
  "clientSecret",
  "token",
  "access_token",
  "api_key",
  "apiKey",
  "apikey",
  "API-KEY",
  "access_key",
  "crypto_key",
  "cryptoKey",
  "private_key",
  "seal",
  "seal_key",
  "key",
  "sentinel_password",
  "requirepass",
  "credentials",
  "authorization",
  "passwords_old",
])("a text under %s is masked", (name) => {
  expect(maskConfig({ [name]: "hunter2" })).toEqual({ [name]: "********" });
  expect(maskConfig({ a: [{ b: { [name]: "hunter2" } }] })).toEqual({ a: [{ b: { [name]: "********" } }] });
});

test.each<readonly [string, string | number | boolean | null]>([
  ["password_file", "/run/secrets/db"],
  ["passwordFile", "secrets/db"],
  ["password_env", "DB_PASSWORD"],
  ["ssl_keyfile", "/etc/ssl/key.pem"],
  ["ssl_certfile", "/etc/ssl/cert.pem"],
  ["private_key_path", "/etc/ssl/key.pem"],
  ["public_key", "ssh-ed25519 AAAA"],
  ["use_ssl", true],
  ["require_password", true],
  ["api_key_cache_ttl", 60],
  ["min_password_bits", 40],
  ["max_tokens", 4096],
  ["password", null],
  ["password", ""],
  ["username", "default"],
  ["host", "127.0.0.1"],
  ["keyboard", "de"],
  ["bypass", "no"],
  ["monkey", "see"],
  ["index_prefix", "client"],
  ["module", "hivemind-redis-db-plugin"],
])("%s: %j stays visible", (name, value) => {
  expect(maskConfig({ [name]: value })).toEqual({ [name]: value });
});

test("whatever is inside of a secret is secret, but for where it comes from", () => {
  const seal = {
    key: "k1",
    previous: ["k2", "k3"],
    cipher: "aes",
    enabled: true,
    key_file: "/run/key",
    env: "SEAL",
  };

  expect(maskConfig({ seal, passwords: ["a", 1234], password: 12345678, tokens: { bob: "t" } })).toEqual({
    seal: {
      key: "********",
      previous: ["********", "********"],
      cipher: "********",
      enabled: true,
      key_file: "/run/key",
      env: "SEAL",
    },
    passwords: ["********", "********"],
    password: "********",
    tokens: { bob: "********" },
  });
});

test("a password in the place of a variable's name is masked", () => {
  expect(maskConfig({ password_env: "not a name!" })).toEqual({ password_env: "********" });
});

test.each([
  ["redis://user:hunter2@host:6379/0", "redis://user:********@host:6379/0"],
  ["rediss://:hunter2@host", "rediss://:********@host"],
  ["redis://user:p@ss/w:rd@host:6379", "redis://user:********@host:6379"],
  ["see https://a:hunter2@h and https://b:hunter3@h", "see https://a:********@h and https://b:********@h"],
  ["redis://a:hunter2@h1,redis://b:hunter3@h2", "redis://a:********@h2"],
  [
    "https://example.org/?user=bob&password=hunter2&x=1",
    "https://example.org/?user=bob&password=********&x=1",
  ],
  ["Server=db;Password=hunter2;Timeout=5", "Server=db;Password=********;Timeout=5"],
  ["-----BEGIN RSA PRIVATE KEY-----\nMII\n", "********"],
])("secrets inside of the text %j", (text, masked) => {
  expect(maskConfig({ url: text, list: [text] })).toEqual({ url: masked, list: [masked] });
});

test.each(["https://example.org:8080/path?email=x", "user@example.org", "a:b@c", "12:30", "x=1"])(
  "%j holds none",
  (text) => {
    expect(maskConfig({ url: text })).toEqual({ url: text });
  },
);

test("a plugin's own secret options are masked too", () => {
  expect(
    maskConfig({ database: { licence: "hunter2", inner: { code: "hunter2" } } }, ["licence", "inner.code"]),
  ).toEqual({ database: { licence: "********", inner: { code: "********" } } });
});

test("names of Object's own are only data, and the document stays as it was", () => {
  const document = JSON.parse('{ "__proto__": { "password": "hunter2" }, "constructor": "x" }') as {
    [key: string]: string;
  };

  const masked = maskConfig(document);

  expect(JSON.stringify(masked)).toBe('{"__proto__":{"password":"********"},"constructor":"x"}');
  expect(JSON.stringify(document)).toContain("hunter2");
});

test("hostile texts take no noticeable time", () => {
  // Of the processor: how long it takes is for whatever else the machine does.
  const started = process.cpuUsage();
  const texts = [
    "a".repeat(1e6),
    "a://b:".repeat(2e5),
    `@${"a://:".repeat(2e5)}`,
    "=".repeat(1e6),
    "a=".repeat(5e5),
  ];

  maskConfig(Object.fromEntries(texts.map((text, i) => [`value${i}`, text])));
  maskConfig(Object.fromEntries(texts.map((text) => [text, "x"])));

  const { user, system } = process.cpuUsage(started);
  expect((user + system) / 1000).toBeLessThan(5_000);
});
