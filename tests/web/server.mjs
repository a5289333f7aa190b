// SPDX-License-Identifier: MIT
// The real program as a server for a test: on a free port, with a folder of its own.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { tmpdir } from "node:os";

// Starts the program on a free port; what it printed first is its address.
export async function serve(folder, environment = {}, options = []) {
  const child = spawn(process.env.TRILANE_BINARY, ["serve", "--port", "0", "--data-dir", folder, ...options],
    { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...environment } });
  let errors = "";
  child.stderr.on("data", (data) => {
    errors += data;
  });
  const url = await new Promise((resolve, reject) => {
    let text = "";
    child.stdout.on("data", (data) => {
      text += data;
      const found = /listening on (http:\S+)/.exec(text);
      if (found) {
        resolve(found[1]);
      }
    });
    child.on("exit", (code) => reject(new Error(`trilane serve ended with ${code}: ${errors}`)));
    child.on("error", reject);
  });
  return {
    url,
    stop: () => new Promise((resolve) => {
      child.removeAllListeners("exit");
      child.on("exit", resolve);
      child.kill("SIGTERM");
    }),
  };
}

export async function withServer(body, environment = {}) {
  const folder = mkdtempSync(join(tmpdir(), "trilane-web-"));
  const server = await serve(folder, environment);
  try {
    await body(server, folder);
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

export const get = async (url, path) => (await fetch(new URL(`api/v1/${path}`, url))).json();

// The report is taken while the first requests are answered.
export async function reported(page) {
  await page.waitForFunction(() => document.querySelector("#pythons"), null, { timeout: 30000 });
}
