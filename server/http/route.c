/* SPDX-License-Identifier: MIT */
/*
 * Routes.  {id} can only be the last segment, so that what stands for it is the end of
 * the path and needs no copy.  A literal row wins over a pattern ("/reports/latest").
 */
#include "route.h"

#include <string.h>

#include "trilane/banned.h"

/* Does PATH fit PATTERN? */
static bool fits(const char *pattern, const char *path, const char **id)
{
	const char *brace = strchr(pattern, '{');
	size_t len;

	*id = NULL;
	if (!brace)
		return text_equal(pattern, path);
	len = (size_t)(brace - pattern);
	if (strncmp(pattern, path, len) != 0 || path[len] == '\0' ||
	    strchr(path + len, '/'))
		return false;
	*id = path + len;
	return true;
}

const struct http_route *route_find(const struct http_route *routes, size_t count,
                                    const char *path, enum http_method method,
                                    unsigned *methods, const char **id)
{
	const struct http_route *found = NULL;
	bool literal = false;

	*methods = 0;
	*id = NULL;
	for (size_t i = 0; i < count; i++) {
		const char *this_id;

		if (!fits(routes[i].pattern, path, &this_id))
			continue;
		if (!this_id && !literal) { /* forget what patterns gave */
			literal = true;
			found = NULL;
			*methods = 0;
			*id = NULL;
		} else if (this_id && literal) {
			continue;
		}
		*methods |= routes[i].method;
		if (routes[i].method == method) {
			found = &routes[i];
			*id = this_id;
		}
	}
	return found;
}

void route_allow(unsigned methods, struct str *out)
{
	if (methods & HTTP_GET)
		str_add(out, "GET, HEAD, ");
	if (methods & HTTP_POST)
		str_add(out, "POST, ");
	if (methods & HTTP_DELETE)
		str_add(out, "DELETE, ");
	str_add(out, "OPTIONS");
}
