/* SPDX-License-Identifier: MIT */
/* The options of `trilane serve`, and what they mean together. */
#ifndef TRILANE_CLI_SERVE_OPTIONS_H
#define TRILANE_CLI_SERVE_OPTIONS_H

#include "trilane/cli.h"

struct serve_values {
	uint64_t port;
	const char *bind;
	const char *data_dir;
	const char *web_dir;
	struct strlist data;
	bool open;
	bool insecure_lan;
};

extern const struct option_row serve_options[];
extern const struct serve_values serve_defaults;

/* Refuses an address beyond loopback without token and TLS. */
int serve_check(const struct serve_values *v, struct error *err);

#endif
