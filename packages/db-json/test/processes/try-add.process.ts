import { addUntilItFails } from "../../../../tooling/test-support/src/add-until-it-fails.ts";
import { openDatabase } from "./database.ts";

await addUntilItFails(openDatabase);
