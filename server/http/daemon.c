/* SPDX-License-Identifier: MIT */
/*
 * The server: libmicrohttpd behind the gate, and the translation between its callbacks
 * and dispatch.c.
 *
 * A request that is refused by its head is still read to the end of its body, up to
 * DRAIN_MAX, before the answer goes out: closing with unread bytes would reset the
 * connection, and the client would never see why.  A client that sends no body and waits
 * hears it after GRACE_S; one whose body stays away is told so (408) after HTTP_HEAD_S.
 *
 * What the gate does not see is a malformed head behind a good one on one connection.
 * libmicrohttpd itself closes then, at most with a bare page of its own.
 */
#include <errno.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "conditional.h"
#include "delay.h"
#include "dispatch.h"
#include "gate.h"
#include "host.h"
#include "listen.h"
#include "problem.h"
#include "registry.h"
#include "response.h"
#include "stream.h"
#include "trilane/cleanup.h"
#include "trilane/clock.h"
#include "trilane/http.h"
#include "trilane/mem.h"

#include "trilane/banned.h"

enum {
	THREADS = 4,
	MEMORY_PER_CONNECTION = 40 * 1024, /* holds the largest head and its answer */
	DRAIN_MAX = 64 * 1024 * 1024,
	GRACE_S = 1, /* for more of a body that is not wanted */
	IDLE_S = 30,
	SPARE_CONNECTIONS = 64, /* beyond HTTP_CONNECTIONS: being closed */
};

/* What the gate does not see is read as strictly as it would: releases from 1.0 on are
 * lenient unless told, those before never are. */
#if MHD_VERSION >= 0x01000000
#define DISCIPLINE \
	{ \
		MHD_OPTION_CLIENT_DISCIPLINE_LVL, 1, NULL \
	}
#else
#define DISCIPLINE \
	{ \
		MHD_OPTION_END, 0, NULL \
	}
#endif

struct http_server {
	struct http_config config;
	struct app app;
	struct MHD_Daemon *daemon;
	struct gate *gate;
	struct registry registry;
	struct streams streams;
	struct delays delays;
	uint16_t port;
};

/* One request, from its first line to its end. */
struct talk {
	struct exchange x;
	char *target;
	bool begun;   /* the head has been judged */
	bool refused; /* and the response is waiting for the body's end */
	bool judged;  /* the response is there, and has been held if need be */
	uint64_t drained;
	uint64_t drain_until_ns;
};

/* --- answers ---------------------------------------------------------------------- */

static struct MHD_Response *make_stream(struct http_server *s, struct exchange *x,
                                        struct MHD_Connection *connection)
{
	struct http_response *r = &x->response;
	struct MHD_Response *out;

	if (x->request.head)
		return NULL;
	out = streams_open(&s->streams, &r->stream, connection);
	if (out)
		return out;
	http_problem(r, 429, "too-many-streams", "All event streams are taken.",
	             "Close another one, or ask GET /api/v1/jobs from time to time.");
	http_response_field(r, "Retry-After", "10");
	return NULL;
}

static struct connection *registered(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info ? info->socket_context : NULL;
}

static enum MHD_Result answer(struct http_server *s, struct talk *t,
                              struct MHD_Connection *connection)
{
	struct http_response *r = &t->x.response;
	struct MHD_Response *out = NULL;
	struct form form;
	enum MHD_Result result;

	if (!connection_take_back(&s->registry, registered(connection)))
		return MHD_NO;
	conditional_apply(&t->x.request, r, &form);
	if (r->stream.next)
		out = make_stream(s, &t->x, connection);
	connection_begin(registered(connection), out ? REGISTRY_NEVER : HTTP_ANSWER_S);
	if (!out)
		out = answer_body(r, &form);
	if (!out)
		return MHD_NO;
	answer_headers(out, r, &form);
	result = MHD_queue_response(connection, r->status, out);
	MHD_destroy_response(out);
	return result;
}

/* A held answer is given when libmicrohttpd asks again. */
static enum MHD_Result hold_or_answer(struct http_server *s, struct talk *t,
                                      struct MHD_Connection *connection)
{
	t->judged = true;
	if (t->x.response.held && delays_add(&s->delays, connection))
		return MHD_YES;
	return answer(s, t, connection);
}

/* --- requests --------------------------------------------------------------------- */

static enum MHD_Result collect_field(void *cls, enum MHD_ValueKind kind, const char *name,
                                     size_t name_len, const char *value, size_t value_len)
{
	struct fields *fields = cls;

	(void)kind;
	while (value_len > 0 &&
	       (value[value_len - 1] == ' ' || value[value_len - 1] == '\t'))
		value_len--;
	fields_add(fields, name, name_len, value ? value : "", value ? value_len : 0);
	return MHD_YES;
}

/* May what is left of the request be read before the refusal is sent? */
static bool can_drain(const struct exchange *x)
{
	if (x->body_size == 0)
		return true;
	if (x->request.fields[HTTP_FIELD_EXPECT])
		return false;
	return x->body_size == UINT64_MAX || x->body_size <= DRAIN_MAX;
}

/* What the client hears if the rest of its request does not come: the refusal, or 408.
 * Through TLS nobody but GnuTLS can speak. */
static void prepare_last_words(struct http_server *s, struct connection *c,
                               const struct http_response *refusal)
{
	CLEANUP(http_response_release) struct http_response late = HTTP_RESPONSE_INIT;
	CLEANUP(str_release) struct str text = STR_INIT;

	if (s->app.tls || !c)
		return;
	problem_plain(&late, 408);
	response_text(refusal && refusal->status >= 400 ? refusal : &late, &text);
	connection_last_words(&s->registry, c, &text);
}

/* The body is not wanted; the client may finish it, as long as it goes on. */
static void drain(struct http_server *s, struct talk *t, struct connection *c)
{
	t->drain_until_ns = clock_monotonic_ns() + HTTP_HEAD_S * NS_PER_S;
	prepare_last_words(s, c, &t->x.response);
	connection_begin(c, GRACE_S);
}

/* The first call, with the head.  libmicrohttpd closes the connection after an answer
 * that is given here, so what can wait for the last call does. */
static enum MHD_Result begin(struct http_server *s, struct talk *t,
                             struct MHD_Connection *connection, const char *method,
                             const char *version)
{
	struct fields fields = {.count = 0};
	struct exchange *x = &t->x;

	t->begun = true;
	connection_begin(registered(connection), HTTP_HEAD_S);
	MHD_get_connection_values_n(connection, MHD_HEADER_KIND, collect_field, &fields);
	fields_finish(&fields, text_equal(version, "HTTP/1.0"));
	t->refused = !dispatch_head(&s->app, method, t->target, &fields, x);
	if (t->refused && (fields.status != 0 || !can_drain(x))) {
		x->response.close = true;
		return hold_or_answer(s, t, connection);
	}
	x->request.body.limit = x->body_limit;
	if (t->refused && x->body_size > 0)
		drain(s, t, registered(connection));
	else if (x->body_size > 0)
		prepare_last_words(s, registered(connection), NULL);
	return MHD_YES;
}

static enum MHD_Result take_body(struct http_server *s, struct talk *t,
                                 struct connection *c, const char *bytes, size_t *n)
{
	t->drained += *n;
	if (t->drained > DRAIN_MAX) {
		registry_end(&s->registry, c);
		return MHD_NO;
	}
	if (!t->refused && t->drained > t->x.body_limit) {
		t->refused = true;
		dispatch_too_large(&t->x);
		drain(s, t, c);
	}
	if (!t->refused)
		str_add_n(&t->x.request.body, bytes, *n);
	else if (clock_monotonic_ns() < t->drain_until_ns)
		connection_begin(c, GRACE_S);
	*n = 0;
	return MHD_YES;
}

static enum MHD_Result finish(struct http_server *s, struct talk *t,
                              struct MHD_Connection *connection)
{
	if (!t->refused)
		dispatch_body(&s->app, &t->x);
	return hold_or_answer(s, t, connection);
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *connection,
                                  const char *url, const char *method,
                                  const char *version, const char *bytes, size_t *n,
                                  void **context)
{
	struct talk *t = *context;

	(void)url;
	if (!t)
		return MHD_NO;
	if (t->judged)
		return answer(cls, t, connection);
	if (!t->begun)
		return begin(cls, t, connection, method, version);
	if (*n > 0)
		return take_body(cls, t, registered(connection), bytes, n);
	return finish(cls, t, connection);
}

/* The target as it was sent, before libmicrohttpd decodes and splits it. */
static void *on_target(void *cls, const char *target, struct MHD_Connection *connection)
{
	struct talk *t = xcalloc(1, sizeof(*t));

	(void)cls;
	(void)connection;
	t->x.request.body = (struct str)STR_INIT;
	t->x.response = (struct http_response)HTTP_RESPONSE_INIT;
	t->target = xstrdup(target ? target : "");
	return t;
}

static void on_completed(void *cls, struct MHD_Connection *connection, void **context,
                         enum MHD_RequestTerminationCode how)
{
	struct talk *t = *context;

	(void)cls;
	(void)how;
	*context = NULL;
	if (!t)
		return;
	connection_idle(registered(connection), IDLE_S);
	exchange_release(&t->x);
	free(t->target);
	free(t);
}

static void on_connection(void *cls, struct MHD_Connection *connection, void **context,
                          enum MHD_ConnectionNotificationCode what)
{
	struct http_server *s = cls;

	if (what == MHD_CONNECTION_NOTIFY_STARTED) {
		const union MHD_ConnectionInfo *info = MHD_get_connection_info(
			connection, MHD_CONNECTION_INFO_CONNECTION_FD);
		struct connection *c = registry_add(&s->registry, info->connect_fd);

		connection_begin(c, HTTP_HEAD_S);
		*context = c;
	} else if (*context) {
		registry_remove(&s->registry, *context);
		*context = NULL;
	}
}

/* Decoding is target.c's. */
static size_t keep_escaped(void *cls, struct MHD_Connection *connection, char *text)
{
	(void)cls;
	(void)connection;
	return strlen(text);
}

/* --- the gate's side -------------------------------------------------------------- */

static unsigned on_pass(void *context, int fd, const struct sockaddr *address,
                        socklen_t len)
{
	struct http_server *s = context;

	if (registry_count(&s->registry) >= HTTP_CONNECTIONS &&
	    !registry_evict(&s->registry))
		return 503;
	/* It owns the descriptor from here, also when it refuses. */
	MHD_add_connection(s->daemon, fd, address, len);
	return 0;
}

static void on_wake(void *context)
{
	struct http_server *s = context;

	streams_wake(&s->streams);
}

static bool on_tick(void *context)
{
	struct http_server *s = context;

	registry_expire(&s->registry, clock_monotonic_ns());
	streams_ping(&s->streams);
	delays_tick(&s->delays);
	return registry_count(&s->registry) > 0;
}

/* --- life ------------------------------------------------------------------------- */

static void allow_hosts(struct http_server *s)
{
	static const char *const loopback[] = {"127.0.0.1", "::1", "localhost", NULL};
	uint16_t usual = s->app.tls ? 443 : 80;

	for (size_t i = 0; loopback[i]; i++)
		host_allow(&s->app.hosts, loopback[i], s->port, usual);
	if (s->config.bind)
		host_allow(&s->app.hosts, s->config.bind, s->port, usual);
	for (size_t i = 0; s->config.hosts && s->config.hosts[i]; i++)
		host_allow(&s->app.hosts, s->config.hosts[i], s->port, usual);
}

static int start_daemon(struct http_server *s, struct error *err)
{
	const struct http_config *c = &s->config;
	const struct MHD_OptionItem options[] = {
		{MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)(uintptr_t)c->tls_certificate},
		{MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)(uintptr_t)c->tls_key},
		DISCIPLINE,
		{MHD_OPTION_END, 0, NULL},
	};
	/* poll on every system: with epoll the end of a client that sends its request and
	 * closes its side at once goes unnoticed until the deadline (0.9.75). */
	unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL | MHD_USE_ITC |
	                 MHD_ALLOW_SUSPEND_RESUME | MHD_USE_NO_LISTEN_SOCKET;

	if (s->app.tls)
		flags |= MHD_USE_TLS;
	s->daemon = MHD_start_daemon(
		flags, 0, NULL, NULL, on_request, s, MHD_OPTION_ARRAY,
		s->app.tls ? options : &options[2], MHD_OPTION_URI_LOG_CALLBACK,
		on_target, s, MHD_OPTION_UNESCAPE_CALLBACK, keep_escaped, s,
		MHD_OPTION_NOTIFY_COMPLETED, on_completed, s,
		MHD_OPTION_NOTIFY_CONNECTION, on_connection, s,
		MHD_OPTION_THREAD_POOL_SIZE, (unsigned)THREADS,
		MHD_OPTION_CONNECTION_LIMIT,
		(unsigned)(HTTP_CONNECTIONS + SPARE_CONNECTIONS),
		MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)HTTP_ANSWER_S,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)MEMORY_PER_CONNECTION,
		MHD_OPTION_END);
	if (!s->daemon)
		return error_set(err, ERROR_FAILED, "cannot start the HTTP daemon%s",
		                 s->app.tls ? "; are certificate and key valid?" : "");
	return 0;
}

static int start(struct http_server *s, struct error *err)
{
	const struct gate_ops ops = {on_pass, on_wake, on_tick, s};
	struct listeners listeners;
	int rc = listeners_open(&listeners, s->config.bind, s->config.port, err);

	if (rc)
		return rc;
	s->port = listeners.port;
	allow_hosts(s);
	rc = start_daemon(s, err);
	if (rc) {
		listeners_close(&listeners);
		return rc;
	}
	return gate_new(&listeners, &ops, s->app.tls, &s->gate, err);
}

int http_server_new(const struct http_config *config, struct http_server **out,
                    struct error *err)
{
	struct http_server *s = xcalloc(1, sizeof(*s));
	int rc;

	s->config = *config;
	s->app.config = &s->config;
	s->app.tls = config->tls_certificate != NULL;
	registry_init(&s->registry);
	streams_init(&s->streams);
	delays_init(&s->delays);
	rc = start(s, err);
	if (rc) {
		http_server_free(s);
		return rc;
	}
	*out = s;
	return 0;
}

uint16_t http_server_port(const struct http_server *s)
{
	return s->port;
}

void http_server_wake(struct http_server *s)
{
	gate_wake(s->gate);
}

void http_server_free(struct http_server *s)
{
	if (!s)
		return;
	streams_stop(&s->streams);
	delays_stop(&s->delays);
	if (s->gate)
		gate_free(s->gate);
	if (s->daemon)
		MHD_stop_daemon(s->daemon);
	streams_release(&s->streams);
	delays_release(&s->delays);
	registry_release(&s->registry);
	strlist_release(&s->app.hosts);
	free(s);
}

bool http_tls_available(void)
{
	return MHD_is_feature_supported(MHD_FEATURE_TLS) == MHD_YES;
}
