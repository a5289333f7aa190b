/* SPDX-License-Identifier: MIT */
/*
 * The request target (RFC 9112 3.2, RFC 3986).  A path here has one spelling: what could
 * be read in two ways by two programs (%2F, %00, "..", a backslash) is refused, so that
 * nothing behind has to think about it.
 */
#include "target.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "trilane/cleanup.h"
#include "trilane/mem.h"

#include "trilane/banned.h"

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* N bytes of TEXT decoded; NULL if malformed or no clean UTF-8.  The caller frees. */
static char *decode(const char *text, size_t n, bool plus_is_space)
{
	CLEANUP(str_release) struct str out = STR_INIT;

	for (size_t i = 0; i < n; i++) {
		int c = (unsigned char)text[i];

		if (c == '%') {
			int high = n - i > 2 ? hex_digit(text[i + 1]) : -1;
			int low = n - i > 2 ? hex_digit(text[i + 2]) : -1;

			if (high < 0 || low < 0)
				return NULL;
			c = high * 16 + low;
			i += 2;
			if (!plus_is_space && (c == '/' || c == '\\'))
				return NULL;
		} else if (c == '+' && plus_is_space) {
			c = ' ';
		}
		if (c < 0x20 || c == 0x7f)
			return NULL;
		str_add_char(&out, (char)c);
	}
	if (!text_is_utf8(out.data, out.len))
		return NULL;
	return str_detach(&out);
}

static bool has_dot_segment(const char *path)
{
	for (const char *segment = path; segment; segment = strchr(segment, '/')) {
		size_t len;

		segment += segment[0] == '/';
		len = strcspn(segment, "/");
		if ((len == 1 && segment[0] == '.') ||
		    (len == 2 && segment[0] == '.' && segment[1] == '.'))
			return true;
	}
	return false;
}

unsigned target_parameters(const char *query, struct http_request *request)
{
	while (*query) {
		size_t len = strcspn(query, "&");
		const char *equals = memchr(query, '=', len);
		size_t name_len = equals ? (size_t)(equals - query) : len;
		struct http_parameter *p;

		if (len > 0) {
			if (request->parameter_count == HTTP_PARAMETERS_MAX)
				return 400;
			p = &request->parameters[request->parameter_count++];
			p->name = decode(query, name_len, true);
			p->value = equals ? decode(equals + 1, len - name_len - 1, true)
			                  : xstrdup("");
			if (!p->name || !p->value)
				return 400;
		}
		query += len + (query[len] == '&');
	}
	return 0;
}

const char *target_strip_authority(const char *target, bool tls, struct str *authority)
{
	const char *scheme = tls ? "https://" : "http://";
	size_t len = strlen(scheme);

	if (target[0] == '/' || text_equal(target, "*"))
		return target;
	if (strncasecmp(target, scheme, len) != 0)
		return NULL;
	target += len;
	len = strcspn(target, "/?#");
	if (len == 0)
		return NULL;
	str_add_n(authority, target, len);
	return target + len;
}

unsigned target_parse(const char *target, struct http_request *request)
{
	size_t path_len = strcspn(target, "?");

	if (strlen(target) > HTTP_TARGET_MAX || (path_len > 0 && target[0] != '/'))
		return 400;
	for (const char *c = target; *c; c++)
		if (*c < 0x21 || *c > 0x7e)
			return 400;
	if (memchr(target, '#', path_len) || memchr(target, '\\', path_len))
		return 400;
	request->path = path_len ? decode(target, path_len, false) : xstrdup("/");
	if (!request->path || has_dot_segment(request->path))
		return 400;
	return target[path_len] ? target_parameters(target + path_len + 1, request) : 0;
}

void target_release(struct http_request *request)
{
	free(request->path);
	request->path = NULL;
	for (size_t i = 0; i < request->parameter_count; i++) {
		free(request->parameters[i].name);
		free(request->parameters[i].value);
	}
	request->parameter_count = 0;
}

const char *http_parameter(const struct http_request *request, const char *name,
                           bool *twice)
{
	const char *value = NULL;

	*twice = false;
	for (size_t i = 0; i < request->parameter_count; i++) {
		if (!text_equal(request->parameters[i].name, name))
			continue;
		if (value)
			*twice = true;
		else
			value = request->parameters[i].value;
	}
	return value;
}
