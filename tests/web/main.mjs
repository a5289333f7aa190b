// SPDX-License-Identifier: MIT
// All tests of the dashboard, in order: pure parts, views, the real program.
import { closeBrowser, openBrowser, runAll } from "./harness.mjs";
import "./units.mjs";
import "./views.mjs";
import "./reader.mjs";
import "./real.mjs";

await openBrowser();
const failed = await runAll();
await closeBrowser();
process.exit(failed === 0 ? 0 : 1);
