/* SPDX-License-Identifier: MIT */
/*
 * imports.jsonl of a recording: what import probes found on the machine it was made on. 
 * A line that makes no sense, or of an interpreter that is not found, is left out.
 */
#include <string.h>

#include "python/imports/import_outcome.h"
#include "python/python.h"
#include "trilane/cleanup.h"
#include "trilane/facts.h"

#include "trilane/banned.h"

enum { IMPORTS_BYTES_MAX = 4 << 20, LINE_BYTES_MAX = 256 << 10, IMPORTS_MAX = 2000 };

static struct interpreter *find_interpreter(const struct python_machine *m,
                                            struct interpreters *all, const char *path)
{
	CLEANUP(str_release) struct str real = STR_INIT;

	for (size_t n = 0; n < all->count; n++)
		if (text_equal(all->items[n].path, path) ||
		    strlist_has(&all->items[n].aliases, path))
			return &all->items[n];
	if (path[0] != '/' || source_resolve(m->s, path, &real, NULL))
		return NULL;
	for (size_t n = 0; n < all->count; n++)
		if (text_starts(all->items[n].key, "file:") &&
		    text_equal(all->items[n].real_path, real.data))
			return &all->items[n];
	return NULL;
}

static void take_line(const struct python_machine *m, struct interpreters *all,
                      const char *line)
{
	json_t *row = NULL;

	if (document_parse(line, strlen(line), LINE_BYTES_MAX, &row, NULL))
		return;
	const char *path = json_string_value(json_object_get(row, "interpreter"));
	struct interpreter *i = path ? find_interpreter(m, all, path) : NULL;
	json_t *imports = i ? json_object_get(i->facts, "imports") : NULL;
	if (imports && json_array_size(imports) < IMPORTS_MAX)
		json_array_append_new(imports, import_outcome_from_record(row));
	json_decref(row);
}

void describe_recorded_imports(const struct python_machine *m, struct interpreters *all)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	CLEANUP(strlist_release) struct strlist lines = STRLIST_INIT;

	if (m->s->live ||
	    source_read_side(m->s, "imports.jsonl", IMPORTS_BYTES_MAX, &text, NULL))
		return;
	strlist_split(&lines, text.data, "\r\n");
	for (size_t n = 0; n < lines.count && n < IMPORTS_MAX; n++)
		take_line(m, all, lines.items[n]);
}
