// SPDX-License-Identifier: MIT
// What the page knows, in one place: the documents it has read and what the stream says.
// Views read `model` and are told by topic when it changes.

import * as api from "./api.js";
import { follow } from "./live.js";

const RESULTS_FIRST = 50;
const WHOLE_FIRST = 12;
const POLL_MS = 2000;
const LIVE_MS = 400;

export const model = {
  online: null, // null: not asked yet
  problem: null, // of the last loading, if it failed
  service: null,
  report: undefined, // undefined: not asked; null: there is none yet
  jobs: new Map(),
  results: [], // summaries, newest first
  older: null, // the address of the results before them, if there are any
  whole: new Map(), // results by id
  live: new Map(), // by job: the newest event of each lane, by lane
};

const watchers = new Map();

export function watch(topics, listener) {
  for (const topic of topics) {
    if (!watchers.has(topic)) {
      watchers.set(topic, new Set());
    }
    watchers.get(topic).add(listener);
  }
  return () => topics.forEach((topic) => watchers.get(topic).delete(listener));
}

const changed = new Set();

// Tells the watchers of TOPIC, once a turn however often it changes.
function tell(topic) {
  if (changed.size === 0) {
    queueMicrotask(() => {
      const listeners = new Set();
      changed.forEach((name) => (watchers.get(name) || []).forEach((l) => listeners.add(l)));
      changed.clear();
      listeners.forEach((listener) => listener());
    });
  }
  changed.add(topic);
}

function setOnline(online) {
  if (model.online !== online) {
    model.online = online;
    tell("online");
  }
}

// --- loading -----------------------------------------------------------------------------

async function orNull(promise) {
  try {
    return await promise;
  } catch (problem) {
    if (problem.status === 404) {
      return null;
    }
    throw problem;
  }
}

// The report, and with it what the service says of lanes: it rests on the report.
async function loadReport() {
  const [report, service] = await Promise.all([orNull(api.get("reports/latest")), api.get(".")]);
  Object.assign(model, { report, service });
  tell("report");
  tell("service");
}

async function loadJobs() {
  const { items } = await api.page("jobs?limit=50", "jobs");
  model.jobs = new Map(items.map((job) => [job.id, job]));
  tell("jobs");
}

async function loadResults() {
  const { items, next } = await api.page(`results?limit=${RESULTS_FIRST}`, "results");
  // What the reader has asked for beyond the first page stays.
  const last = items.at(-1);
  const before = model.results.filter((item) => last && item.id < last.id);
  model.older = before.length > 0 ? model.older : next;
  model.results = [...items, ...before];
  await Promise.all(items.slice(0, WHOLE_FIRST).map((item) => loadResult(item.id)));
  tell("results");
}

export async function loadOlder() {
  const { items, next } = await api.page(model.older, "results");
  model.older = next;
  model.results = [...model.results, ...items];
  tell("results");
}

export async function loadResult(id) {
  if (!model.whole.has(id)) {
    model.whole.set(id, await api.get(`results/${encodeURIComponent(id)}`));
  }
  return model.whole.get(id);
}

// The whole results that are at hand, newest first.
export function results() {
  return model.results.map((item) => model.whole.get(item.id)).filter(Boolean);
}

// All results of the list: whole where they are at hand, else their summaries in the same shape.
export function summaries() {
  return model.results.map((item) => model.whole.get(item.id)
    || { ...item, lanes: item.summary, trust: { grade: item.trust } });
}

async function loadAll() {
  try {
    await Promise.all([loadReport(), loadJobs(), loadResults()]);
    model.problem = null;
    setOnline(true);
  } catch (problem) {
    model.problem = problem;
    setOnline(!problem.gone);
  }
  tell("online");
}

// --- jobs --------------------------------------------------------------------------------

const ENDED = new Set(["done", "failed", "cancelled"]);

export const hasEnded = (job) => ENDED.has(job.state);

// Waiting and running jobs, the oldest first.
export function activeJobs() {
  return [...model.jobs.values()].filter((job) => !hasEnded(job))
    .sort((a, b) => String(a.created).localeCompare(String(b.created)));
}

// A job that ends shows what it made at once: its document is read before its end is told.
async function putJob(job) {
  if (!job || !job.id) {
    return;
  }
  const before = model.jobs.get(job.id);
  if (hasEnded(job) && !(before && hasEnded(before))) {
    await (job.kind === "report" ? loadReport() : loadResults()).catch(() => setOnline(false));
  }
  model.jobs.set(job.id, { ...before, ...job });
  tell("jobs");
}

export async function startBenchmark(request) {
  putJob(await api.start("benchmarks", request));
}

export async function startReport(imports) {
  putJob(await api.start("reports", { imports }));
}

export async function cancelJob(id) {
  await putJob(await api.cancel(id));
}

// --- the stream --------------------------------------------------------------------------

let liveTimer = 0;

function putLive(type, event) {
  if (!model.live.has(event.job)) {
    model.live.clear(); // one job runs at a time
    model.live.set(event.job, new Map());
  }
  model.live.get(event.job).set(event.lane, { ...event, type });
  // Samples come faster than eyes.
  liveTimer = liveTimer || setTimeout(() => {
    liveTimer = 0;
    tell("live");
  }, LIVE_MS);
}

function onEvent(type, event) {
  if (type === "job") {
    putJob(event);
  } else if (type === "report") {
    loadReport().catch(() => setOnline(false));
  } else if (event.job && event.lane) {
    putLive(type, event);
  }
}

let lost = false;

export function begin() {
  const stream = follow(api.url("events"), {
    onEvent,
    onOpen() {
      if (lost || model.online === false) {
        loadAll();
      }
      lost = false;
    },
    onLost() {
      lost = true;
    },
  });
  setInterval(() => poll(stream), POLL_MS);
  return loadAll();
}

// While the stream is broken: is the server there, and how far are the jobs?
async function poll(stream) {
  if (!lost || document.hidden) {
    return;
  }
  try {
    if (model.online === false) {
      await loadAll();
    } else {
      await loadJobs();
    }
    if (model.online) {
      stream.retry();
    }
  } catch (problem) {
    setOnline(!problem.gone);
  }
}
