/* SPDX-License-Identifier: MIT */
/*
 * Bodies of POST requests, straight to the handlers: the first byte chooses which, the
 * rest is the body.  Whatever comes, there is an answer of a status that openapi.json
 * names, and it is JSON.
 */
#include <stdint.h>
#include <stdlib.h>

#include "private.h"
#include "trilane/advice.h"
#include "trilane/benchmark.h"
#include "trilane/cleanup.h"

#include "trilane/banned.h"

struct parts {
	struct str dir;
	struct store *store;
	struct jobs *jobs;
	struct advice *advice;
	struct benchmark_host host;
	struct api *api;
};

static int no_work(struct job_run *run, char result[ID_SIZE], struct error *err)
{
	(void)run;
	(void)err;
	result[0] = '\0';
	return 0;
}

static void check(int rc, const struct error *err)
{
	if (rc)
		BUG("%s", err->text);
}

static struct parts *set_up(void)
{
	static struct parts p = {.dir = STR_INIT};
	const struct job_runner runners[] = {
		{JOB_REPORT, no_work, NULL},
		{JOB_BENCHMARK, no_work, NULL},
	};
	struct error err = ERROR_INIT;
	struct api_config config = {.store = NULL};

	if (p.api)
		return &p;
	check(fs_make_temporary_dir("trilane-fuzz", &p.dir, &err), &err);
	check(store_open(p.dir.data, &p.store, &err), &err);
	check(jobs_new(p.store, runners, 2, &p.jobs, &err), &err);
	check(advice_new(NULL, &p.advice, &err), &err);
	config = (struct api_config){.store = p.store,
	                             .jobs = p.jobs,
	                             .advice = p.advice,
	                             .benchmark = &p.host};
	check(api_new(&config, &p.api, &err), &err);
	return &p;
}

static unsigned handle(struct api *api, unsigned which,
                       const struct http_request *request, struct http_response *r)
{
	switch (which % 3) {
	case 0:
		return post_benchmarks(api, request, r);
	case 1:
		return post_reports(api, request, r);
	default:
		return post_diagnoses(api, request, r);
	}
}

static bool is_known(unsigned status)
{
	static const unsigned known[] = {200, 202, 400, 413, 422, 429};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i] == status)
			return true;
	return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct http_request request = {.method = HTTP_POST, .body = STR_INIT};
	struct http_response response = HTTP_RESPONSE_INIT;
	json_t *document;
	unsigned status;

	if (n == 0)
		return 0;
	str_add_n(&request.body, bytes + 1, n - 1);
	status = handle(set_up()->api, bytes[0], &request, &response);
	if (!is_known(status))
		BUG("status %u", status);
	document = json_loadb(response.body.data, response.body.len, 0, NULL);
	if (!json_is_object(document))
		BUG("the answer is no JSON object");
	json_decref(document);
	str_release(&request.body);
	http_response_release(&response);
	return 0;
}
