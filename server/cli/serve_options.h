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
	const char *tls_cert, *tls_key;
	const char *token_file;
	struct strlist data;
	struct strlist host;
	bool open;
	bool insecure_lan;
};

extern const struct option_row serve_options[];
extern const struct serve_values serve_defaults;

/* Is the address one that other machines reach? */
bool serve_is_open(const struct serve_values *v);
/* Does the server have to make its own certificate? */
bool serve_is_self_signed(const struct serve_values *v);
/* ERROR_INVALID for what cannot be meant; refuses an address beyond loopback without
 * token and TLS. */
int serve_check(const struct serve_values *v, struct error *err);

#endif
