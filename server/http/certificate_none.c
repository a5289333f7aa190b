/* SPDX-License-Identifier: MIT */
/* Certificates where the build has no GnuTLS: none. */
#include "trilane/certificate.h"

#include "trilane/banned.h"

static int unsupported(struct error *err)
{
	return error_set(err, ERROR_UNSUPPORTED, "this build cannot make certificates");
}

bool certificate_available(void)
{
	return false;
}

int certificate_make(const struct strlist *names, int64_t now_ms, struct str *certificate,
                     struct str *key, struct error *err)
{
	(void)names;
	(void)now_ms;
	(void)certificate;
	(void)key;
	return unsupported(err);
}

int certificate_check(const char *certificate, const char *key,
                      const struct strlist *names, int64_t now_ms, struct error *err)
{
	(void)certificate;
	(void)key;
	(void)names;
	(void)now_ms;
	return unsupported(err);
}

int certificate_fingerprint(const char *certificate,
                            char out[CERTIFICATE_FINGERPRINT_SIZE], struct error *err)
{
	(void)certificate;
	out[0] = '\0';
	return unsupported(err);
}
