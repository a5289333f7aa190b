/* SPDX-License-Identifier: MIT */
/* What lab mode needs: tokens, a certificate, names. */
#ifndef TRILANE_CLI_LAB_H
#define TRILANE_CLI_LAB_H

#include "serve_options.h"

/* Texts are empty where there is nothing. */
struct lab {
	struct str certificate, key; /* PEM; both or none: TLS or not */
	struct str run_token, view_token;
	struct strlist hosts; /* names to answer to beside the address */
};
#define LAB_INIT \
	{ \
		.certificate = STR_INIT, .key = STR_INIT, .run_token = STR_INIT, \
		.view_token = STR_INIT \
	}

/* Reads the files that the options name. */
int lab_read(struct lab *lab, const struct serve_values *v, struct error *err);
/* Where TLS is needed and no certificate is given: the one in DATA_DIR, made at the first
 * start and again when it no longer serves.  Says what its fingerprint is. */
int lab_certify(struct lab *lab, const struct serve_values *v, const char *data_dir,
                struct error *err);
void lab_release(struct lab *lab);

#endif
