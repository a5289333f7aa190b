/* SPDX-License-Identifier: MIT */
/*
 * The REST interface (docs/openapi.json describes it, docs/api.md shows it): routes for
 * http.h, over the store, the queue and the advice.
 *
 * A struct api is read-only once made; its handlers run in several threads at once.
 */
#ifndef TRILANE_API_H
#define TRILANE_API_H

#include "trilane/embedded.h"
#include "trilane/http.h"
#include "trilane/jobs.h"
#include "trilane/store.h"

struct advice;
struct api;
struct benchmark_host;

struct api_config {
	struct store
		*store; /* borrowed, like everything here; none is NULL but web_dir */
	struct jobs *jobs;
	const struct advice *advice;
	const struct benchmark_host *benchmark; /* what a request is checked against */
	const struct embedded_file *assets;     /* the dashboard */
	size_t asset_count;
	const char *web_dir; /* its files from here instead; NULL: embedded */
};

int api_new(const struct api_config *config, struct api **out, struct error *err);
void api_free(struct api *a);

/* For struct http_config, with the struct api as its context. */
const struct http_route *api_routes(size_t *count);
unsigned api_files(void *context, const struct http_request *request,
                   struct http_response *response);

#endif
