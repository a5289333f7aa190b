/* SPDX-License-Identifier: MIT */
/*
 * The REST interface (DESIGN contract 5.5; docs/openapi.json describes it, docs/api.md
 * shows it): routes for http.h, over the store, the queue and the advice.
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

struct api_config {
	struct store *store; /* borrowed, like everything here */
	struct jobs *jobs;
	const struct advice *advice;        /* NULL: what needs it answers 503 */
	const struct embedded_file *assets; /* the dashboard; NULL: none in this build */
	size_t asset_count;
	const char *web_dir;          /* its files from here instead; NULL: embedded */
	const char *const *data_sets; /* names that a benchmark may ask for; NULL-ended */
};

int api_new(const struct api_config *config, struct api **out, struct error *err);
void api_free(struct api *a);

/* For struct http_config, with the struct api as its context. */
const struct http_route *api_routes(size_t *count);
unsigned api_files(void *context, const struct http_request *request,
                   struct http_response *response);

#endif
