// What we use of both drivers: one publishes no types, and the types of the other speak of much more.
declare module "better-sqlite3" {
  const driver: import("./driver.ts").Driver;
  export default driver;
}

declare module "better-sqlite3-multiple-ciphers" {
  const driver: import("./driver.ts").Driver;
  export default driver;
}
