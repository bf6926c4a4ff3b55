// `npm run transcript`: runs the first hour and writes it into the README of db-cli.
import { firstHour } from "./first-hour.ts";
import { writeToReadme } from "./readme.ts";

writeToReadme(await firstHour());
