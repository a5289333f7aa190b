// SPDX-License-Identifier: MIT
// A page of the built dashboard on the fake server.
import { openPage } from "./harness.mjs";
import { fake } from "./fake-server.mjs";

export const ROOT = process.env.TRILANE_ASSETS || "";

// Runs BODY with a page on a fake server in STATE and asserts that the page behaved.
export async function on(state, body, options = {}, hash = "#/") {
  const server = await fake({ state, root: ROOT });
  try {
    const opened = await openPage(server.url + hash, options);
    await body(opened.page, server, opened);
    await opened.done();
  } finally {
    await server.close();
  }
}
