/* SPDX-License-Identifier: MIT */
/* The options of `trilane serve`. */
#include "serve_options.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "trilane/cleanup.h"
#include "trilane/log.h"
#include "trilane/mem.h"
#include "trilane/spec.h"

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

static bool is_name(const char *text, size_t len)
{
	if (len == 0 || len >= SPEC_NAME_SIZE)
		return false;
	for (size_t i = 0; i < len; i++)
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ01234567"
		            "89-_.",
		            text[i]))
			return false;
	return true;
}

static int add_set(struct data_sets *sets, const char *text, struct error *err)
{
	const char *equals = strchr(text, '=');
	CLEANUP_FREE char *name = NULL;
	struct stat st;

	if (!equals || !is_name(text, (size_t)(equals - text)))
		return error_set(
			err, ERROR_INVALID,
			"--data takes NAME=DIR; a name has letters, digits, - _ and .");
	name = xstrndup(text, (size_t)(equals - text));
	if (strlist_has(&sets->names, name))
		return error_set(err, ERROR_INVALID, "--data names %s twice", name);
	if (stat(equals + 1, &st) != 0 || !(S_ISDIR(st.st_mode) || S_ISREG(st.st_mode)))
		return error_set(err, ERROR_NOT_FOUND, "--data %s: %s is not there", name,
		                 equals + 1);
	strlist_add(&sets->names, name);
	strlist_add(&sets->dirs, equals + 1);
	return 0;
}

int data_sets_parse(struct data_sets *sets, const struct strlist *list, struct error *err)
{
	int rc = 0;

	strlist_add(&sets->names, "digits");
	strlist_add(&sets->dirs, "digits");
	for (size_t i = 0; i < list->count && rc == 0; i++)
		rc = add_set(sets, list->items[i], err);
	return rc;
}

void data_sets_release(struct data_sets *sets)
{
	strlist_release(&sets->names);
	strlist_release(&sets->dirs);
}
