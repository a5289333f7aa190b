// SPDX-License-Identifier: MIT
// What is running and what waits, at the foot of the window on every page: nothing moves when
// a run starts or ends.  All of it comes from the jobs, so a reload changes nothing.

import { announce, h, redraw } from "../dom.js";
import * as format from "../format.js";
import { activeJobs, cancelJob, model, watch } from "../model.js";
import { action } from "./basics.js";

const NAMES = { benchmark: "Benchmark", report: "Look at the machine" };

// Seconds left by what is done so far; null while too little is.
function estimate(job, now = Date.now()) {
  const elapsed = (now - Date.parse(job.started)) / 1000;
  if (!(elapsed > 2) || !(job.progress > 0.03)) {
    return null;
  }
  return (elapsed / job.progress) * (1 - job.progress);
}

function times(job) {
  if (!job.started) {
    return "waiting";
  }
  const left = estimate(job);
  const elapsed = format.clock((Date.now() - Date.parse(job.started)) / 1000);
  return `${elapsed} elapsed${left === null ? "" : ` · about ${format.roughly(left)} left`}`;
}

function cancelButton(job) {
  return action("Cancel", () => cancelJob(job.id), {
    class: "small", "data-key": `cancel ${job.id}`,
    "aria-label": `Cancel: ${NAMES[job.kind]}`,
  });
}

const ENDS = { done: "finished", failed: "failed", cancelled: "cancelled" };
const QUARTERS = ["started", "a quarter done", "half done", "three quarters done", "nearly done"];

const said = new Map(); // by job: the last that was said of it

// Says how far the jobs are: at the start, at each quarter and at the end, no more often.
function announceJobs() {
  for (const job of model.jobs.values()) {
    const word = ENDS[job.state] || (job.state === "running"
      ? QUARTERS[Math.floor((job.progress || 0) * 4)] : null);
    // What had ended before the page came is no news.
    if (word && word !== said.get(job.id) && (said.has(job.id) || !(job.state in ENDS))) {
      announce(`${NAMES[job.kind]} ${word}.`);
    }
    said.set(job.id, word);
  }
}

function waitingJobs(jobs) {
  return jobs.length > 0 && h("details", { "data-key": "waiting" },
    h("summary", {}, `${format.count(jobs.length, "run")} ${jobs.length === 1 ? "waits" : "wait"}`),
    h("ul", { class: "stack" }, jobs.map((job) => h("li", { class: "row" },
      h("span", {}, NAMES[job.kind]), cancelButton(job)))));
}

function progress() {
  const jobs = activeJobs();
  if (jobs.length === 0) {
    return [];
  }
  const now = jobs.find((job) => job.state === "running") || jobs[0];
  const step = now.state === "running" ? now.step || "starting" : "waiting for its turn";
  return h("section", { "aria-label": "Progress", id: "progress" },
    h("progress", { max: 1, value: now.progress || 0, "aria-label": "Progress of the run" }),
    h("div", { class: "line" },
      h("h2", {}, NAMES[now.kind]),
      h("p", { class: "step" }, format.capital(format.step(step)), " ",
        h("span", { class: "quiet" }, format.percent(now.progress || 0, 0))),
      h("span", { class: "times" }, times(now)),
      cancelButton(now)),
    waitingJobs(jobs.filter((job) => job !== now)));
}

// The clock goes on between two events.
function tick(host) {
  const span = host.querySelector(".times");
  const job = activeJobs().find((j) => j.state === "running");
  if (span && job) {
    const text = times(job);
    if (span.textContent !== text) {
      span.textContent = text;
    }
  }
}

export function keepProgress(host) {
  watch(["jobs"], () => {
    announceJobs();
    redraw(host, progress());
  });
  setInterval(() => tick(host), 1000);
}
