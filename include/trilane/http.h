/* SPDX-License-Identifier: MIT */
/*
 * HTTP: a table of routes in, bytes out.  libmicrohttpd stays inside this module.
 *
 * What every request passes before a handler sees it, in this order:
 *	syntax and framing (400, 414, 431, 501, 505)   Host allow-list (400, 421)
 *	Fetch Metadata and Origin, on every method (403)   token, in lab mode (401, 403)
 *	path (404)   method (405 with Allow; OPTIONS 204)   JSON only (415)   size (413)
 *	Accept of routes that name their type (406)   If-Match (412)
 * What every answer carries, errors too: the headers of http_security_headers(); a
 * problem document (RFC 9457) for every status from 400 on; Content-Length, or chunks for
 * a stream; nothing that the client sent.
 *
 * Handlers are plain functions of a request and a response, called by several threads at
 * once.  They return the status.  Strings of a request live as long as the call; a
 * response owns its body.
 *
 * Limits: HTTP_CONNECTIONS at a time, HTTP_STREAMS event streams, a head within
 * HTTP_HEAD_S seconds (408), a body within as many, an answer taken within HTTP_ANSWER_S.
 */
#ifndef TRILANE_HTTP_H
#define TRILANE_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trilane/embedded.h"
#include "trilane/error.h"
#include "trilane/str.h"

enum {
	HTTP_CONNECTIONS = 256,
	HTTP_PENDING = 512, /* connections that have not sent a whole head yet */
	HTTP_STREAMS = 16,
	HTTP_TARGET_MAX = 4096,
	HTTP_HEAD_MAX = 16 * 1024,
	HTTP_FIELDS_MAX = 64,
	HTTP_PARAMETERS_MAX = 16,
	HTTP_BODY_MAX = 64 * 1024,
	HTTP_LOG_MAX = 1024 * 1024,
	HTTP_HEAD_S = 10,
	HTTP_ANSWER_S = 60,
	HTTP_PING_S = 15,
	HTTP_RESPONSE_FIELDS = 8,
};

/* HEAD is GET to a handler; OPTIONS and everything else never reach one. */
enum http_method { HTTP_GET = 1, HTTP_POST = 2, HTTP_DELETE = 4 };

/* Who may: anybody, who may look, who may start work.  Without lab mode all may. */
enum http_access { HTTP_PUBLIC, HTTP_VIEW, HTTP_RUN };

/* Request fields that somebody looks at; each may stand once, lists in several lines. */
enum http_field {
	HTTP_FIELD_ACCEPT,
	HTTP_FIELD_ACCEPT_ENCODING,
	HTTP_FIELD_AUTHORIZATION,
	HTTP_FIELD_CONTENT_ENCODING,
	HTTP_FIELD_CONTENT_LENGTH,
	HTTP_FIELD_CONTENT_TYPE,
	HTTP_FIELD_COOKIE,
	HTTP_FIELD_EXPECT,
	HTTP_FIELD_HOST,
	HTTP_FIELD_IDEMPOTENCY_KEY,
	HTTP_FIELD_IF_MATCH,
	HTTP_FIELD_IF_NONE_MATCH,
	HTTP_FIELD_LAST_EVENT_ID,
	HTTP_FIELD_ORIGIN,
	HTTP_FIELD_SEC_FETCH_SITE,
	HTTP_FIELD_TRANSFER_ENCODING,
	HTTP_FIELD_COUNT
};

struct http_parameter {
	char *name, *value; /* decoded */
};

struct http_request {
	enum http_method method;
	bool head;      /* HEAD */
	char *path;     /* decoded, begins with "/" */
	const char *id; /* what stood for {id}; NULL if the pattern has none */
	struct http_parameter parameters[HTTP_PARAMETERS_MAX];
	size_t parameter_count;
	const char *fields[HTTP_FIELD_COUNT]; /* NULL where absent */
	struct str field_text;                /* what they point into */
	struct str body;
	char who[64]; /* lab mode: whose token it was; "" otherwise */
};

/* What goes on after the head of an event stream. */
struct http_stream {
	/* Appends what came after *POSITION and moves it on; false: nothing yet. */
	bool (*next)(void *context, uint64_t *position, struct str *out);
	void *context;
	uint64_t position;
};

struct http_response {
	unsigned status;
	const char *type; /* media type; constant */
	struct str body;
	const struct embedded_file *file; /* instead of BODY; with its gzip form */
	struct http_stream stream;        /* instead of BODY, if NEXT is set */
	char etag[72];                    /* without quotes; "" for none */
	const char *cache;                /* Cache-Control; NULL: no-store */
	const char *vary;                 /* beyond what http adds; constant; NULL */
	struct {
		const char *name;
		char *value;
	} fields[HTTP_RESPONSE_FIELDS];
	size_t field_count;
	bool close; /* the connection, after this answer */
	bool held;  /* this answer, for a while: a secret was wrong */
};
#define HTTP_RESPONSE_INIT \
	{ \
		.body = STR_INIT \
	}
void http_response_release(struct http_response *r);
/* Adds a field; a value with control characters is a BUG(). */
void http_response_field(struct http_response *r, const char *name, const char *format,
                         ...) __attribute__((format(printf, 3, 4)));

struct http_route {
	enum http_method method;
	const char *pattern; /* "/api/v1/jobs/{id}": {id} is one segment */
	enum http_access access;
	size_t body_limit; /* bytes; 0: no body is taken */
	const char *type;  /* what it answers, for 406; NULL: the handler chooses */
	unsigned (*handler)(void *context, const struct http_request *request,
	                    struct http_response *response);
};

/* --- for handlers ------------------------------------------------------------------- */

/* Fills R with a problem document and returns STATUS.  SLUG names the kind of problem,
 * DETAIL says what is wrong, HINT what to do (NULL: none); all our own words. */
unsigned http_problem(struct http_response *r, unsigned status, const char *slug,
                      const char *detail, const char *hint);
/* The parameter's value, NULL if it is not there; *TWICE if it stands more than once. */
const char *http_parameter(const struct http_request *request, const char *name,
                           bool *twice);
/* Of COUNT media types the one that Accept likes best (the first of equals), or -1. */
int http_choose_type(const struct http_request *request, const char *const *types,
                     size_t count);
/* Takes back the cookie that the login page gave a browser for its token. */
void http_sign_out(struct http_response *r);
/* Sets the ETag from the body and TYPE. */
void http_response_hash(struct http_response *r);

/* --- the server --------------------------------------------------------------------- */

struct http_config {
	const struct http_route *routes;
	size_t route_count;
	/* GET of a path that no route has: files.  Returns 404 itself. */
	unsigned (*files)(void *context, const struct http_request *request,
	                  struct http_response *response);
	void *context;    /* of the handlers */
	const char *bind; /* NULL: 127.0.0.1 and ::1 */
	uint16_t port;    /* 0: any */
	const char *const
		*hosts; /* further names to accept in Host, without port; NULL */
	const char *tls_certificate, *tls_key; /* PEM texts; NULL: no TLS */
	const char *view_token, *run_token;    /* NULL: none needed */
};

/* Can NAME, without port, stand in Host?  Also an IPv4 address. */
bool http_host_name_valid(const char *name);

struct http_server;

/* CONFIG is copied; what it points to is borrowed until http_server_free().
 * ERROR_EXISTS: the port is taken; ERROR_INVALID: BIND is no numeric address. */
int http_server_new(const struct http_config *config, struct http_server **out,
                    struct error *err);
uint16_t http_server_port(const struct http_server *s);
/* There may be something new for the streams: any thread, never blocks. */
void http_server_wake(struct http_server *s);
/* Ends the streams, lets running answers finish, joins the threads. */
void http_server_free(struct http_server *s);

/* Does this build of libmicrohttpd do TLS? */
bool http_tls_available(void);

#endif
