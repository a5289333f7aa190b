/* SPDX-License-Identifier: MIT */
/*
 * Commands of macOS, and the document of system_profiler: the one place that names chip
 * and graphics when sysctl is silent or a translator lies.
 */
#include <string.h>

#include "macos.h"
#include "trilane/cleanup.h"

#include "trilane/banned.h"

enum { PROFILER_LIMIT = 4 << 20 };

bool macos_command(struct source *s, const char *const *argv, struct str *out)
{
	str_clear(out);
	if (source_command(s, argv, out, NULL) < 0)
		return false;
	str_truncate(out, strlen(out->data));
	return out->len > 0;
}

/* NULL if it is damaged. */
static json_t *parse(const char *text, size_t n)
{
	json_t *document = NULL;

	if (document_parse(text, n, PROFILER_LIMIT, &document, NULL) < 0)
		return NULL;
	if (json_is_object(document))
		return document;
	json_decref(document);
	return NULL;
}

json_t *macos_profiler(struct source *s)
{
	static const char *const argv[] = {"system_profiler", "SPHardwareDataType",
	                                   "SPDisplaysDataType", "-json", NULL};
	CLEANUP(str_release) struct str text = STR_INIT;

	if (!macos_command(s, argv, &text))
		return NULL;
	return parse(text.data, text.len);
}

const json_t *macos_hardware(const json_t *document)
{
	const json_t *items = json_object_get(document, "SPHardwareDataType");
	const json_t *first = json_array_get(items, 0);

	return json_is_object(first) ? first : NULL;
}
