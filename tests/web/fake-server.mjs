// SPDX-License-Identifier: MIT
// A server with the interface of docs/openapi.json and canned answers, to look at the page in
// every state without a machine in that state.  With the same security headers as the real
// one.  node fake-server.mjs [--port N] [--state full|empty|partial|fresh] [--root ASSETS]
import { createServer } from "node:http";
import { readFile, stat } from "node:fs/promises";
import { dirname, extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import * as documents from "./documents.mjs";
import { crowd, failed } from "./crowd.mjs";

const WEB = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "web");
const TYPES = { ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml" };
const HEADERS = {
  "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'",
  "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
  "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
};

const clone = (value) => JSON.parse(JSON.stringify(value));

function stateOf(name) {
  const healthy = clone(documents.report);
  healthy.findings = [];
  healthy.verdict = { sentence: "TensorFlow works in /Users/ada/miniforge3/envs/tf/bin/python.", next: "Measure what it can do: run a benchmark." };
  healthy.interpreters = healthy.interpreters.filter((i) => i.verdict.state === "ready");
  return {
    full: { report: documents.report, results: documents.results },
    partial: { report: documents.report, results: [documents.partial] },
    fresh: { report: healthy, results: [] },
    empty: { report: null, results: [] },
    failed: { report: healthy, results: [failed] },
    crowd: name === "crowd" && crowd(),
  }[name];
}

const summary = (r) => ({
  id: r.id, created: new Date(documents.timeOf(r.id)).toISOString(), links: { self: `/api/v1/results/${r.id}` }, spec: r.spec, trust: r.trust.grade,
  summary: r.lanes.map((l) => ({ lane: l.lane, state: l.state, models: l.models.map(({ model, samples_per_second }) => ({ model, samples_per_second })) })),
});

export async function fake({ port = 0, state = "full", root = WEB, report } = {}) {
  const world = { ...stateOf(state), ...(report ? { report } : {}), jobs: [], streams: new Set(), event: 0, requests: [], refuse: null, pace: 150, steps: 3 };

  function emit(type, data) {
    world.event += 1;
    for (const stream of world.streams) {
      stream.write(`id: ${world.event}\nevent: ${type}\ndata: ${JSON.stringify(data)}\n\n`);
    }
  }

  function send(response, status, body, headers = {}) {
    const type = status >= 400 ? "application/problem+json" : "application/json";
    response.writeHead(status, { ...HEADERS, "Content-Type": type, ...headers });
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  }

  const notFound = (response) => send(response, 404, { type: "about:blank", title: "Not found", status: 404, detail: "There is nothing here.", hint: "" });

  // A job that takes a second, told in events.
  function start(kind, request, done) {
    const job = {
      id: documents.id(Date.now(), world.jobs.length + 50), kind, request, state: "queued", progress: 0, step: null,
      created: new Date().toISOString(), started: null, finished: null, error: null, links: { self: "", result: null },
    };
    world.jobs.unshift(job);
    const steps = kind === "report" ? ["reading facts"] : ["checking gradients", "training mlp, epoch 1 of 1", "training cnn, epoch 1 of 1", "block 3 of 6"];
    let at = 0;
    const timer = setInterval(() => {
      if (job.state === "cancelled") {
        clearInterval(timer);
        return;
      }
      if (at < steps.length * world.steps) {
        Object.assign(job, { state: "running", started: job.started || new Date().toISOString(), progress: at / (steps.length * world.steps), step: steps[Math.floor(at / world.steps)] });
        at += 1;
      } else {
        clearInterval(timer);
        done(job);
        Object.assign(job, { state: "done", progress: 1, finished: new Date().toISOString() });
      }
      emit("job", job);
    }, world.pace);
    emit("job", job);
    return job;
  }

  const benchmark = (request) => start("benchmark", request, (job) => {
    const found = documents.result({ time: Date.now(), tail: 77, lanes: request.lanes || ["native"], quick: request.quick });
    world.results = [found, ...world.results];
    job.links.result = `/api/v1/results/${found.id}`;
  });

  const look = (request) => start("report", request, () => {
    world.report = { ...clone(documents.report), id: documents.id(Date.now(), 8), taken: new Date().toISOString() };
  });

  async function body(request) {
    const chunks = [];
    for await (const chunk of request) {
      chunks.push(chunk);
    }
    return JSON.parse(Buffer.concat(chunks).toString() || "{}");
  }

  async function post(path, request, response) {
    if (world.refuse) {
      send(response, world.refuse.status, world.refuse, { "Retry-After": "30" });
    } else if (path === "benchmarks" || path === "reports") {
      const asked = await body(request);
      world.requests.push({ path, ...asked });
      const job = (path === "benchmarks" ? benchmark : look)(asked);
      send(response, 202, job, { Location: `/api/v1/jobs/${job.id}` });
    } else if (path === "diagnoses") {
      const { log, this_machine: here } = await body(request);
      if (/==/.test(log)) {
        send(response, 200, {
          schema: "trilane/diagnosis/1", input: "requirements.txt", findings: here ? [documents.report.findings[1]] : [],
          next: here ? undefined : { sentence: "It is judged on a machine.", collect: [] },
        });
        return;
      }
      const known = /illegal hardware|Traceback/.test(log);
      send(response, 200, { schema: "trilane/diagnosis/1", findings: known ? [documents.report.findings[0]] : [] });
    } else {
      notFound(response);
    }
  }

  function stream(response) {
    response.writeHead(200, { ...HEADERS, "Content-Type": "text/event-stream" });
    response.write(": hello\n\n");
    world.streams.add(response);
    response.on("close", () => world.streams.delete(response));
  }

  const lists = {
    "": () => ({ version: "0.1.0", data: ["digits"], lanes: [], links: {} }),
    jobs: () => ({ jobs: world.jobs }),
    compatibility: () => documents.compatibility,
    openapi: () => ({}),
  };

  function get(path, query, response) {
    const [first, second] = path.split("/");
    if (path === "results") {
      const [from, limit] = [Number(query.get("cursor")) || 0, Number(query.get("limit")) || 50];
      const more = world.results.length > from + limit;
      send(response, 200, { results: world.results.slice(from, from + limit).map(summary) },
        more ? { Link: `</api/v1/results?limit=${limit}&cursor=${from + limit}>; rel="next"` } : {});
    } else if (path in lists) {
      send(response, 200, lists[path]());
    } else if (path === "reports/latest") {
      world.report ? send(response, 200, world.report) : notFound(response);
    } else if (first === "results" && second) {
      const found = [...documents.results, ...world.results].find((r) => r.id === second);
      found ? send(response, 200, found) : notFound(response);
    } else if (path === "rules/x86-tensorflow-under-rosetta") {
      send(response, 200, documents.rule);
    } else if (path === "report.md") {
      send(response, 200, query.get("redact") === "0" ? documents.markdown.plain : documents.markdown.redacted, { "Content-Type": "text/markdown; charset=utf-8" });
    } else if (path === "compare") {
      send(response, 200, { schema: "trilane/comparison/1", differences: [], comparisons: [] });
    } else if (path === "events") {
      stream(response);
    } else {
      notFound(response);
    }
  }

  function remove(path, response) {
    const job = world.jobs.find((j) => `jobs/${j.id}` === path);
    if (!job) {
      notFound(response);
      return;
    }
    if (job.state === "running" || job.state === "queued") {
      Object.assign(job, { state: "cancelled", finished: new Date().toISOString() });
      emit("job", job);
    }
    send(response, 200, job);
  }

  async function asset(path, response) {
    const name = normalize(path === "/" ? "/index.html" : path).replace(/^\/+/, "");
    const file = join(root, name);
    try {
      await stat(file);
      response.writeHead(200, { ...HEADERS, "Content-Type": TYPES[extname(file)] || "application/octet-stream", "Cache-Control": "no-cache" });
      response.end(await readFile(file));
    } catch {
      notFound(response);
    }
  }

  const server = createServer(async (request, response) => {
    const url = new URL(request.url, "http://127.0.0.1");
    const api = /^\/api\/v1\/(.*)$/.exec(url.pathname);
    try {
      if (!api) {
        await asset(url.pathname, response);
      } else if (request.method === "POST") {
        await post(api[1], request, response);
      } else if (request.method === "DELETE") {
        remove(api[1], response);
      } else {
        get(api[1], url.searchParams, response);
      }
    } catch (error) {
      send(response, 500, { title: "The fake failed", status: 500, detail: String(error) });
    }
  });
  await new Promise((resolve) => {
    server.listen(port, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    world,
    close: () => new Promise((resolve) => {
      server.closeAllConnections();
      server.close(resolve);
    }),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const option = (name, otherwise) => {
    const at = process.argv.indexOf(`--${name}`);
    return at > 0 ? process.argv[at + 1] : otherwise;
  };
  const { url } = await fake({ port: Number(option("port", 0)), state: option("state", "full"), root: option("root", WEB) });
  console.log(`listening on ${url}`);
}
