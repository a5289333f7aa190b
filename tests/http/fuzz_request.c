/* SPDX-License-Identifier: MIT */
/*
 * Bytes from the network through the gate's reader and, if it is well-formed, on to the
 * dispatcher.  The two must agree: what the gate passes has a response in the end.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "chunks.h"
#include "dispatch.h"
#include "head.h"
#include "host.h"
#include "trilane/cleanup.h"

#include "trilane/banned.h"

static unsigned take(void *context, const struct http_request *request,
                     struct http_response *r)
{
	(void)context;
	str_add_n(&r->body, request->path, strlen(request->path));
	r->type = "application/json";
	return 200;
}

static const struct http_route routes[] = {
	{HTTP_GET, "/", HTTP_VIEW, 0, NULL, take},
	{HTTP_GET, "/a/{id}", HTTP_VIEW, 0, "application/json", take},
	{HTTP_POST, "/a", HTTP_RUN, 64, "application/json", take},
};

static const struct http_config config = {
	.routes = routes,
	.route_count = sizeof(routes) / sizeof(routes[0]),
};

/* What libmicrohttpd would make of the field lines: zero-terminated values. */
static void add_fields(char *line, struct fields *fields)
{
	char *end;

	for (; (end = strstr(line, "\r\n")) != NULL && end != line; line = end + 2) {
		char *value = memchr(line, ':', (size_t)(end - line));

		*end = '\0';
		if (!value)
			continue;
		*value++ = '\0';
		value += strspn(value, " \t");
		fields_add(fields, line, strlen(line), value, strlen(value));
	}
}

static void dispatch(char *head)
{
	CLEANUP(strlist_release) struct strlist hosts = STRLIST_INIT;
	struct app app = {.config = &config};
	struct fields fields = {.count = 0};
	struct exchange x;
	char *target, *version;

	memset(&x, 0, sizeof(x));
	x.request.body = (struct str)STR_INIT;
	x.response = (struct http_response)HTTP_RESPONSE_INIT;
	host_allow(&hosts, "h", 80, 80);
	app.hosts = hosts;
	head += 2 * text_starts(head, "\r\n");
	target = strchr(head, ' ');
	version = target ? strchr(target + 1, ' ') : NULL;
	if (!version)
		BUG("the gate passed a line without a version");
	*target++ = '\0';
	*version++ = '\0';
	add_fields(strstr(version, "\r\n") + 2, &fields);
	fields_finish(&fields, false);
	if (dispatch_head(&app, head, target, &fields, &x))
		dispatch_body(&app, &x);
	if (x.response.status < 200 || x.response.status > 599)
		BUG("no response");
	exchange_release(&x);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	char *head = malloc(n + 1);
	struct head seen = {.size = 0};
	unsigned status;

	memcpy(head, bytes, n);
	head[n] = '\0';
	status = head_check(head, n, &seen);
	if (status == HEAD_GOOD && seen.chunked)
		chunks_check(head + seen.size, n - seen.size);
	if (status == HEAD_GOOD)
		dispatch(head);
	else if (status != HEAD_MORE && (status < 400 || status > 599))
		BUG("status %u", status);
	free(head);
	return 0;
}
