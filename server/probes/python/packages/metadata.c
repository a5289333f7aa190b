/* SPDX-License-Identifier: MIT */
/* METADATA headers, and what the names of metadata folders and files say by
 * themselves. */
#include "python/packages/metadata.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "trilane/cleanup.h"

#include "trilane/banned.h"

enum { LINE_MAX_BYTES = 4096, VALUE_MAX = 200 };

static bool header_is(const char *line, size_t n, const char *name, const char **value)
{
	size_t m = strlen(name);

	if (n <= m || strncasecmp(line, name, m) || line[m] != ':')
		return false;
	*value = line + m + 1;
	return true;
}

static void take_text(struct str *to, const char *value, const char *end)
{
	if (to->len || end - value > VALUE_MAX)
		return;
	str_add_utf8(to, value, (size_t)(end - value));
	str_trim(to);
}

static void metadata_line(struct metadata *m, const char *line, size_t n)
{
	const char *value;

	if (header_is(line, n, "Name", &value)) {
		take_text(&m->name, value, line + n);
	} else if (header_is(line, n, "Version", &value)) {
		take_text(&m->version, value, line + n);
	} else if (header_is(line, n, "Requires-Dist", &value) && n < LINE_MAX_BYTES &&
	           m->requires.count < METADATA_REQUIRES_MAX) {
		CLEANUP(str_release) struct str text = STR_INIT;

		str_add_utf8(&text, value, (size_t)(line + n - value));
		str_trim(&text);
		strlist_add(&m->requires, text.data);
	}
}

void metadata_parse(struct metadata *m, const char *text, size_t n)
{
	const char *end = text + n;

	*m = (struct metadata)METADATA_INIT;
	for (const char *line = text; line < end;) {
		const char *newline = memchr(line, '\n', (size_t)(end - line));
		const char *stop = newline ? newline : end;
		size_t length = (size_t)(stop - line);

		if (length && line[length - 1] == '\r')
			length--;
		if (!length) /* the description follows */
			return;
		metadata_line(m, line, length);
		if (!newline)
			return;
		line = newline + 1;
	}
}

void metadata_release(struct metadata *m)
{
	str_release(&m->name);
	str_release(&m->version);
	strlist_release(&m->requires);
}

static bool plausible_name(const struct str *name)
{
	return name->len && name->len < VALUE_MAX &&
	       isalnum((unsigned char)name->data[0]);
}

bool dist_name_split(const char *stem, struct str *name, struct str *version)
{
	const char *dash = stem;

	str_clear(name);
	str_clear(version);
	while ((dash = strchr(dash, '-')) && !isdigit((unsigned char)dash[1]))
		dash++;
	if (!dash) {
		str_add_utf8(name, stem, strlen(stem));
		return plausible_name(name);
	}
	str_add_utf8(name, stem, (size_t)(dash - stem));
	/* An egg's name goes on: "-py3.11". */
	size_t n = strcspn(dash + 1, "-");
	if (n < VALUE_MAX)
		str_add_utf8(version, dash + 1, n);
	return plausible_name(name);
}

bool conda_name_split(const char *stem, struct str *name, struct str *version,
                      struct str *build)
{
	const char *last = strrchr(stem, '-');
	const char *middle = last;

	str_clear(name);
	str_clear(version);
	str_clear(build);
	while (middle && middle > stem && *--middle != '-')
		;
	if (!last || !middle || *middle != '-' || middle == stem)
		return false;
	str_add_utf8(name, stem, (size_t)(middle - stem));
	str_add_utf8(version, middle + 1, (size_t)(last - middle - 1));
	str_add_utf8(build, last + 1, strlen(last + 1));
	return plausible_name(name) && version->len && version->len < VALUE_MAX;
}
