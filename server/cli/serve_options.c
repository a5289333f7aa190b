/* SPDX-License-Identifier: MIT */
/* The options of `trilane serve`. */
#include "serve_options.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "trilane/certificate.h"
#include "trilane/http.h"
#include "trilane/log.h"

#include "trilane/banned.h"

const struct serve_values serve_defaults = {.port = 8317};

const struct option_row serve_options[] = {
	{"bind", OPTION_STRING, offsetof(struct serve_values, bind), "ADDR",
         .help = "listen on this numeric address (127.0.0.1 and ::1)"},
	{"data", OPTION_LIST, offsetof(struct serve_values, data), "NAME=DIR",
         .help = "let benchmarks use the data set in DIR under NAME; may be repeated"},
	{"data-dir", OPTION_STRING, offsetof(struct serve_values, data_dir), "DIR",
         .help = "keep the history here"},
	{"host", OPTION_LIST, offsetof(struct serve_values, host), "NAME",
         .help = "also answer to this name (without port); may be repeated"},
	{"insecure-lan", OPTION_FLAG, offsetof(struct serve_values, insecure_lan),
         .help = "listen beyond this machine without token and TLS"},
	{"open", OPTION_FLAG, offsetof(struct serve_values, open),
         .help = "open the dashboard in the browser"},
	{"port", OPTION_NUMBER, offsetof(struct serve_values, port), "PORT",
         .help = "listen on this port; 0 takes any that is free (8317)", .max = 65535},
	{"tls-cert", OPTION_STRING, offsetof(struct serve_values, tls_cert), "FILE",
         .help = "speak TLS with the certificate in FILE (PEM; without it beyond this "
                 "machine: a self-signed one)"},
	{"tls-key", OPTION_STRING, offsetof(struct serve_values, tls_key), "FILE",
         .help = "the certificate's private key (PEM)"},
	{"token-file", OPTION_STRING, offsetof(struct serve_values, token_file), "FILE",
         .help = "ask for a token: FILE has lines \"run TOKEN\" and \"view TOKEN\""},
	{"web-dir", OPTION_STRING, offsetof(struct serve_values, web_dir), "DIR",
         .help = "serve the dashboard's files from DIR, to work on them"},
	{.name = NULL},
};

static bool is_address(const char *text)
{
	unsigned char bytes[sizeof(struct in6_addr)];

	return inet_pton(AF_INET, text, bytes) == 1 ||
	       inet_pton(AF_INET6, text, bytes) == 1;
}

/* What can be said of the values by themselves. */
static int check_form(const struct serve_values *v, struct error *err)
{
	if (v->bind && !is_address(v->bind))
		return error_set(err, ERROR_INVALID, "--bind takes a numeric address");
	for (size_t i = 0; i < v->host.count; i++)
		if (!http_host_name_valid(v->host.items[i]) &&
		    !is_address(v->host.items[i]))
			return error_set(err, ERROR_INVALID,
			                 "--host takes a name or address, without port");
	if (!v->tls_cert != !v->tls_key)
		return error_set(err, ERROR_INVALID,
		                 "--tls-cert and --tls-key belong together");
	return 0;
}

static bool is_loopback(const char *address)
{
	return text_starts(address, "127.") || text_equal(address, "::1");
}

bool serve_is_open(const struct serve_values *v)
{
	return v->bind && !is_loopback(v->bind);
}

bool serve_is_self_signed(const struct serve_values *v)
{
	return serve_is_open(v) && v->token_file && !v->tls_cert && !v->insecure_lan;
}

int serve_check(const struct serve_values *v, struct error *err)
{
	bool tls = v->tls_cert || serve_is_self_signed(v);
	int rc = check_form(v, err);

	if (rc)
		return rc;
	if (tls && !http_tls_available())
		return error_set(err, ERROR_UNSUPPORTED,
		                 "the libmicrohttpd of this build has no TLS");
	if (serve_is_self_signed(v) && !certificate_available())
		return error_set(err, ERROR_UNSUPPORTED,
		                 "this build cannot make a certificate; give one with "
		                 "--tls-cert and --tls-key");
	if (!serve_is_open(v) || (tls && v->token_file))
		return 0;
	if (!v->insecure_lan)
		return error_set(
			err, ERROR_DENIED,
			"an address beyond this machine needs a token (--token-file), "
			"and speaks TLS then; --insecure-lan insists");
	log_warning("anybody who reaches %s can start work on this machine", v->bind);
	return 0;
}
