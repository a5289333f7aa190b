// SPDX-License-Identifier: MIT
// The REST interface (docs/openapi.json), as promises.  Every failure is a Problem that
// says what happened and what to do; views show it as it is.

const ROOT = new URL("api/v1/", document.baseURI);

export class Problem extends Error {
  constructor(status, title, detail, hint, retryAfter = null) {
    super(detail || title);
    this.name = "Problem";
    Object.assign(this, { status, title, detail, hint, retryAfter });
  }

  get gone() {
    return this.status === 0;
  }
}

export const unanswered = (detail = "") => new Problem(0, "The server does not answer.", detail,
  "Start it again with “trilane serve”. This page reconnects by itself.");

const HINTS = {
  401: "Open the address with its token once, as the server printed it at its start.",
  403: "Open the page at the address that the server printed at its start.",
  421: "Open the page at the address that the server printed at its start.",
  429: "Eight runs wait already. Let one finish, or cancel one.",
};

// Loads the module at ADDRESS (from here) when it is first wanted.  Browsers may keep in mind that an
// address gave no module, so after a failure the next attempt has another one.
export function loader(address) {
  let failures = 0;
  return () => import(failures ? `${address}?again=${failures}` : address).catch((error) => {
    failures += 1;
    throw error;
  });
}

export function url(path) {
  return new URL(path, ROOT).href;
}

async function problemOf(response) {
  let body = {};
  try {
    body = await response.json();
  } catch {
    // Not JSON: the status line is all there is.
  }
  const status = response.status;
  const retryAfter = Number(response.headers.get("Retry-After")) || null;
  return new Problem(status, body.title || `The server answered ${status}.`, body.detail || "",
    body.hint || HINTS[status] || "", retryAfter);
}

export async function request(method, path, { body, accept, key } = {}) {
  const headers = { Accept: accept || "application/json" };
  if (body !== undefined) {
    headers["Content-Type"] = "application/json";
  }
  if (key) {
    headers["Idempotency-Key"] = key;
  }
  let response;
  try {
    response = await fetch(url(path), {
      method, headers, credentials: "same-origin", cache: "no-cache",
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw unanswered();
  }
  if (!response.ok) {
    throw await problemOf(response);
  }
  return response;
}

export async function get(path) {
  return (await request("GET", path)).json();
}

export async function text(path, accept) {
  return (await request("GET", path, { accept })).text();
}

// One page of a list: its items, newest first, and the address of the next page or null.
export async function page(path, name) {
  const response = await request("GET", path);
  const document = await response.json();
  const link = /<([^>]+)>\s*;\s*rel="?next"?/.exec(response.headers.get("Link") || "");
  const next = link ? new URL(link[1], response.url) : null;
  return {
    items: document[name],
    next: next && next.origin === ROOT.origin ? next.href : null,
  };
}

function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
}

// Starts a job and answers with its document.
export async function start(path, body) {
  return (await request("POST", path, { body, key: newKey() })).json();
}

export async function cancel(id) {
  return (await request("DELETE", `jobs/${encodeURIComponent(id)}`)).json();
}

// Ends the browser's cookie in lab mode; the way in is all that is left then.
export async function signOut() {
  await request("DELETE", "session");
  location.assign(new URL("login", document.baseURI));
}

export async function diagnose(body) {
  return (await request("POST", "diagnoses", { body })).json();
}
