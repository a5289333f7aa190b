/* SPDX-License-Identifier: MIT */
/*
 * Tokens: "Authorization: Bearer TOKEN", or the cookie that the login page got for it.
 * Compared in constant time.  Without tokens (loopback) everybody may everything: who can
 * reach this machine's loopback is this machine's user.
 */
#include "token.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "trilane/banned.h"

/* The time depends on the length of what was given alone. */
static bool same_secret(const char *secret, const char *given, size_t len)
{
	size_t secret_len = secret ? strlen(secret) : 0;
	unsigned char difference = secret_len != len || len == 0;

	for (size_t i = 0; i < len; i++) {
		char c = secret_len ? secret[i % secret_len] : '\0';

		difference |= (unsigned char)(c ^ given[i]);
	}
	return difference == 0;
}

static const char *find_cookie(const char *cookies, size_t *len)
{
	for (const char *s = cookies; s && *s; s += strcspn(s, ";")) {
		s += strspn(s, "; ");
		if (text_starts(s, TOKEN_COOKIE "=")) {
			s += strlen(TOKEN_COOKIE "=");
			*len = strcspn(s, "; ");
			return s;
		}
	}
	return NULL;
}

static const char *find_token(const struct http_request *request, size_t *len)
{
	const char *value = request->fields[HTTP_FIELD_AUTHORIZATION];

	if (!value)
		return find_cookie(request->fields[HTTP_FIELD_COOKIE], len);
	if (strncasecmp(value, "Bearer ", 7) != 0)
		return NULL;
	value += 7;
	value += strspn(value, " ");
	*len = strlen(value);
	return value;
}

bool token_needed(const struct http_config *config)
{
	return config->run_token || config->view_token;
}

bool token_valid(const struct http_config *config, const char *token)
{
	size_t len = strlen(token);
	bool run = same_secret(config->run_token, token, len);
	bool view = same_secret(config->view_token, token, len);

	return run || view;
}

unsigned token_check(const struct http_config *config, enum http_access access,
                     struct http_request *request, bool *wrong)
{
	const char *given;
	size_t len = 0;
	bool run, view;

	*wrong = false;
	if (access == HTTP_PUBLIC || !token_needed(config))
		return 0;
	given = find_token(request, &len);
	if (!given)
		return 401;
	run = same_secret(config->run_token, given, len);
	view = same_secret(config->view_token, given, len);
	*wrong = !run && !view;
	if (*wrong)
		return 401;
	snprintf(request->who, sizeof(request->who), "%s", run ? "run" : "view");
	return run || access == HTTP_VIEW ? 0 : 403;
}
