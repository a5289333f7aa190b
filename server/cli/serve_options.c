/* SPDX-License-Identifier: MIT */
/* The options of `trilane serve`. */
#include "serve_options.h"

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
	{"insecure-lan", OPTION_FLAG, offsetof(struct serve_values, insecure_lan),
         .help = "listen beyond this machine without token and TLS"},
	{"open", OPTION_FLAG, offsetof(struct serve_values, open),
         .help = "open the dashboard in the browser"},
	{"port", OPTION_NUMBER, offsetof(struct serve_values, port), "PORT",
         .help = "listen on this port; 0 takes any that is free (8317)", .max = 65535},
	{"web-dir", OPTION_STRING, offsetof(struct serve_values, web_dir), "DIR",
         .help = "serve the dashboard's files from DIR, to work on them"},
	{.name = NULL},
};

static bool is_loopback(const char *address)
{
	return text_starts(address, "127.") || text_equal(address, "::1");
}

int serve_check(const struct serve_values *v, struct error *err)
{
	if (!v->bind || is_loopback(v->bind))
		return 0;
	if (!v->insecure_lan)
		return error_set(
			err, ERROR_DENIED,
			"an address beyond this machine needs a token and TLS, which "
			"this build does not have; --insecure-lan insists");
	log_warning("anybody who reaches %s can start work on this machine", v->bind);
	return 0;
}
