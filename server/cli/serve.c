/* SPDX-License-Identifier: MIT */
/*
 * trilane serve: puts the parts together, says where it listens, and waits for a signal.
 *
 * Signals are blocked before the first thread starts and taken by sigwait() here, so no
 * code ever runs in a handler.  The first report is a job like any other: it is taken
 * while the first requests are answered.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "lab.h"
#include "report_job.h"
#include "trilane/advice.h"
#include "trilane/api.h"
#include "trilane/benchmark.h"
#include "trilane/cleanup.h"
#include "trilane/facts.h"
#include "trilane/fs.h"
#include "trilane/log.h"
#include "trilane/platform.h"
#include "trilane/web_assets.h"
#include "trilane/worker_images.h"

#include "trilane/banned.h"

enum { RESULTS_KEPT = 10000 };

struct parts {
	struct str data_dir;
	struct lab lab;
	struct store *store;
	struct advice *advice;
	struct datasets datasets;
	struct benchmark_host benchmark;
	struct benchmark_job benchmark_job;
	struct report_job report_job;
	struct jobs *jobs;
	struct api *api;
	struct http_server *http;
};

static int open_store(struct parts *p, const struct serve_values *v, struct error *err)
{
	int rc = 0;

	if (v->data_dir)
		str_add(&p->data_dir, v->data_dir);
	else
		rc = platform_data_dir(&p->data_dir, err);
	return rc ? rc : store_open(p->data_dir.data, &p->store, err);
}

/* The newest report, for benchmarks that need an interpreter. */
static json_t *latest_report(void *context)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	json_t *report = NULL;

	if (store_document_latest(context, DOCUMENT_REPORT, NULL, &text, NULL) ||
	    document_parse(text.data, text.len, text.len, &report, NULL))
		return NULL;
	return report;
}

static int add_datasets(struct parts *p, const struct serve_values *v, struct error *err)
{
	int rc = 0;

	for (size_t i = 0; i < v->data.count && rc == 0; i++)
		rc = datasets_add(&p->datasets, v->data.items[i], err);
	if (rc)
		error_prefix(err, "--data");
	return rc;
}

static int start_jobs(struct parts *p, struct error *err)
{
	const struct job_runner runners[] = {
		{JOB_REPORT, report_job, &p->report_job},
		{JOB_BENCHMARK, benchmark_job, &p->benchmark_job},
	};

	p->benchmark = (struct benchmark_host){
		.images = worker_images,
		.image_count = worker_images_count,
		.datasets = &p->datasets,
		.dir = p->data_dir.data,
		.report = latest_report,
		.report_context = p->store,
		.advice = p->advice,
	};
	p->benchmark_job = (struct benchmark_job){&p->benchmark, p->store, RESULTS_KEPT};
	p->report_job = (struct report_job){p->store, p->advice};
	return jobs_new(p->store, runners, sizeof(runners) / sizeof(runners[0]), &p->jobs,
	                err);
}

static int start_api(struct parts *p, const struct serve_values *v, struct error *err)
{
	const struct api_config config = {
		.store = p->store,
		.jobs = p->jobs,
		.advice = p->advice,
		.benchmark = &p->benchmark,
		.assets = web_assets,
		.asset_count = web_assets_count,
		.web_dir = v->web_dir,
	};

	return api_new(&config, &p->api, err);
}

static void on_event(void *context)
{
	http_server_wake(context);
}

static int start_http(struct parts *p, const struct serve_values *v, struct error *err)
{
	struct http_config config = {
		.files = api_files,
		.context = p->api,
		.bind = v->bind,
		.port = (uint16_t)v->port,
		.hosts = (const char *const *)p->lab.hosts.items,
		.tls_certificate =
			p->lab.certificate.len ? p->lab.certificate.data : NULL,
		.tls_key = p->lab.key.len ? p->lab.key.data : NULL,
		.run_token = p->lab.run_token.len ? p->lab.run_token.data : NULL,
		.view_token = p->lab.view_token.len ? p->lab.view_token.data : NULL,
	};
	int rc;

	config.routes = api_routes(&config.route_count);
	rc = http_server_new(&config, &p->http, err);
	if (rc == 0)
		jobs_set_listener(p->jobs, on_event, p->http);
	return rc;
}

/* The first report; the server is up whether it succeeds or not. */
static void take_first_report(struct parts *p)
{
	json_t *body = json_object();
	const struct job_request request = {.kind = JOB_REPORT, .body = body};
	struct job_record job;
	struct error err = ERROR_INIT;
	bool repeated;

	if (jobs_submit(p->jobs, &request, &job, &repeated, &err))
		log_warning("cannot take a report: %s", err.text);
	json_decref(body);
}

static int start(struct parts *p, const struct serve_values *v, struct error *err)
{
	int rc = lab_read(&p->lab, v, err);

	if (rc == 0)
		rc = open_store(p, v, err);
	if (rc == 0)
		rc = lab_certify(&p->lab, v, p->data_dir.data, err);
	if (rc == 0)
		rc = advice_new(NULL, &p->advice, err);
	if (rc == 0)
		rc = start_jobs(p, err);
	if (rc == 0)
		rc = start_api(p, v, err);
	if (rc == 0)
		rc = start_http(p, v, err);
	return rc;
}

/* Nobody may call into a part that is gone: listener, server, jobs, then the rest. */
static void stop(struct parts *p)
{
	if (p->jobs)
		jobs_set_listener(p->jobs, NULL, NULL);
	http_server_free(p->http);
	jobs_free(p->jobs);
	api_free(p->api);
	store_free(p->store);
	advice_free(p->advice);
	datasets_release(&p->datasets);
	lab_release(&p->lab);
	str_release(&p->data_dir);
}

static void announce(const struct parts *p, const struct serve_values *v)
{
	CLEANUP(str_release) struct str url = STR_INIT;
	const char *host = v->bind ? v->bind : "127.0.0.1";

	str_addf(&url, strchr(host, ':') ? "%s://[%s]:%u/" : "%s://%s:%u/",
	         p->lab.certificate.len ? "https" : "http", host,
	         http_server_port(p->http));
	printf("listening on %s\n", url.data);
	fflush(stdout);
	if (v->open && !platform_open_browser(url.data))
		log_info("no browser found; open %s", url.data);
}

static void block_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGHUP);
	pthread_sigmask(SIG_BLOCK, set, NULL);
	signal(SIGXFSZ, SIG_IGN); /* a limit on files is an error of write(2), no end */
}

static int run(const void *values, const char *const *arguments, size_t count)
{
	const struct serve_values *v = values;
	struct parts parts = {
		.data_dir = STR_INIT,
		.lab = LAB_INIT,
	};
	struct error err = ERROR_INIT;
	sigset_t signals;
	int taken, rc;

	(void)arguments;
	(void)count;
	rc = serve_check(v, &err);
	if (rc == 0)
		rc = add_datasets(&parts, v, &err);
	if (rc) {
		log_error("%s", err.text);
		datasets_release(&parts.datasets);
		return rc == ERROR_INVALID ? CLI_EXIT_USAGE : CLI_EXIT_FAILED;
	}
	block_signals(&signals);
	if (start(&parts, v, &err)) {
		log_error("%s", err.text);
		rc = CLI_EXIT_FAILED;
	} else {
		take_first_report(&parts);
		announce(&parts, v);
		sigwait(&signals, &taken);
	}
	stop(&parts);
	return rc;
}

const struct command command_serve = {
	.name = "serve",
	.summary = "serve the dashboard and the REST interface on this machine",
	.options = serve_options,
	.values_size = sizeof(struct serve_values),
	.defaults = &serve_defaults,
	.details = "Prints one line, \"listening on http://127.0.0.1:PORT/\", and runs "
		   "until SIGINT or SIGTERM.",
	.run = run,
};
