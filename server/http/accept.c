/* SPDX-License-Identifier: MIT */
/*
 * Accept and Accept-Encoding.  Qualities are thousandths; a malformed element is passed
 * over, as if it were not there.
 */
#include "accept.h"

#include <string.h>
#include <strings.h>

#include "trilane/http.h"

#include "trilane/banned.h"

struct element {
	const char *name;
	size_t len;
	int quality;
};

static const char *skip_blanks(const char *s)
{
	return s + strspn(s, " \t");
}

/* "0.5" up to three digits behind the point, as thousandths; -1 if malformed. */
static int parse_quality(const char *s, size_t len)
{
	int value, scale = 100;

	if (len == 0 || len > 5 || (s[0] != '0' && s[0] != '1') ||
	    (len > 1 && s[1] != '.'))
		return -1;
	value = (s[0] - '0') * 1000;
	for (size_t i = 2; i < len; i++, scale /= 10) {
		if (s[i] < '0' || s[i] > '9')
			return -1;
		value += (s[i] - '0') * scale;
	}
	return value > 1000 ? -1 : value;
}

/* The "q" among the parameters in the LEN bytes at S; 1000 if it is not there. */
static int find_quality(const char *s, size_t len)
{
	const char *end = s + len;

	while ((s = memchr(s, ';', (size_t)(end - s))) != NULL) {
		size_t value;

		s = skip_blanks(s + 1);
		if (end - s < 2 || (s[0] != 'q' && s[0] != 'Q') || s[1] != '=')
			continue;
		value = strcspn(s + 2, ";, \t");
		return parse_quality(s + 2, value);
	}
	return 1000;
}

/* Takes the next element off *LIST; false at its end. */
static bool next_element(const char **list, struct element *e)
{
	size_t len;

	*list += strspn(*list, " \t,");
	if (!**list)
		return false;
	len = strcspn(*list, ",");
	e->name = *list;
	e->len = strcspn(*list, ";, \t");
	e->quality = find_quality(*list, len);
	*list += len;
	return true;
}

/* How exactly the range names the type: 3 itself, 2 its major part, 1 any, 0 not. */
static int match_type(const struct element *e, const char *type)
{
	size_t major = strcspn(type, "/");
	size_t len = strcspn(type, ";");

	if (e->len == len && strncasecmp(e->name, type, len) == 0)
		return 3;
	if (e->len == 3 && memcmp(e->name, "*/*", 3) == 0)
		return 1;
	if (e->len == major + 2 && strncasecmp(e->name, type, major + 1) == 0 &&
	    e->name[major + 1] == '*')
		return 2;
	return 0;
}

static int type_quality(const char *accept, const char *type)
{
	struct element e;
	int best = 0, quality = 0;

	while (next_element(&accept, &e)) {
		int match = e.quality < 0 ? 0 : match_type(&e, type);

		if (match > best) {
			best = match;
			quality = e.quality;
		}
	}
	return quality;
}

int accept_type(const char *accept, const char *const *types, size_t count)
{
	int best = -1, best_quality = 0;

	if (!accept || accept[strspn(accept, " \t,")] == '\0') /* names nothing */
		return 0;
	for (size_t i = 0; i < count; i++) {
		int quality = type_quality(accept, types[i]);

		if (quality > best_quality) {
			best = (int)i;
			best_quality = quality;
		}
	}
	return best;
}

int accept_coding(const char *accept_encoding, const char *coding)
{
	struct element e;
	bool identity = strcmp(coding, "identity") == 0;
	int other = identity ? 1 : 0; /* what is not listed: identity is always fine */

	if (!accept_encoding)
		return other;
	while (next_element(&accept_encoding, &e)) {
		if (e.quality < 0)
			continue;
		if (e.len == strlen(coding) && strncasecmp(e.name, coding, e.len) == 0)
			return e.quality;
		if (e.len == 1 && e.name[0] == '*')
			other = e.quality;
	}
	return other;
}

int http_choose_type(const struct http_request *request, const char *const *types,
                     size_t count)
{
	return accept_type(request->fields[HTTP_FIELD_ACCEPT], types, count);
}
