/* SPDX-License-Identifier: MIT */
/*
 * Against other sites' pages.  A browser says where a request comes from: by
 * Sec-Fetch-Site (https://www.w3.org/TR/fetch-metadata/), an older one by Origin.  A
 * program says neither, and is not what this is about.
 */
#include "guard.h"

#include <string.h>
#include <strings.h>

#include "trilane/banned.h"

static bool origin_is_ours(const char *origin, const char *host, bool tls)
{
	const char *scheme = tls ? "https://" : "http://";

	return text_starts(origin, scheme) &&
	       text_equal_nocase(origin + strlen(scheme), host);
}

unsigned guard_site(const struct http_request *request, bool tls)
{
	const char *site = request->fields[HTTP_FIELD_SEC_FETCH_SITE];
	const char *origin = request->fields[HTTP_FIELD_ORIGIN];

	if (site && !text_equal(site, "same-origin") && !text_equal(site, "none"))
		return 403;
	if (origin && !origin_is_ours(origin, request->fields[HTTP_FIELD_HOST], tls))
		return 403;
	return 0;
}

/* Are the parameters behind a media type nothing but charset=utf-8? */
static bool is_utf8_parameter(const char *s)
{
	s += strspn(s, " \t");
	if (*s == '\0')
		return true;
	if (*s != ';')
		return false;
	s++;
	s += strspn(s, " \t");
	if (strncasecmp(s, "charset=", 8) != 0)
		return *s == '\0';
	s += 8;
	if (strncasecmp(s, "\"utf-8\"", 7) == 0)
		s += 7;
	else if (strncasecmp(s, "utf-8", 5) == 0)
		s += 5;
	else
		return false;
	return s[strspn(s, " \t;")] == '\0';
}

unsigned guard_json(const struct http_request *request)
{
	const char *type = request->fields[HTTP_FIELD_CONTENT_TYPE];
	const char *coding = request->fields[HTTP_FIELD_CONTENT_ENCODING];
	static const char json[] = "application/json";

	if (coding && !text_equal_nocase(coding, "identity"))
		return 415;
	if (!type || strncasecmp(type, json, sizeof(json) - 1) != 0)
		return 415;
	return is_utf8_parameter(type + sizeof(json) - 1) ? 0 : 415;
}

unsigned guard_form(const struct http_request *request)
{
	const char *type = request->fields[HTTP_FIELD_CONTENT_TYPE];
	static const char form[] = "application/x-www-form-urlencoded";

	if (!type || strncasecmp(type, form, sizeof(form) - 1) != 0)
		return 415;
	return is_utf8_parameter(type + sizeof(form) - 1) ? 0 : 415;
}
