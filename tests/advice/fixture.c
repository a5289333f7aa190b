/* SPDX-License-Identifier: MIT */
/* The embedded rules are loaded once for a group of tests. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fixture.h"
#include "trilane/cleanup.h"
#include "trilane/facts.h"
#include "trilane/fs.h"

#include "trilane/banned.h"

enum { DATA_MAX = 1 << 20 };

struct advice *advice;

int advice_set_up(void **state)
{
	struct error err = ERROR_INIT;

	(void)state;
	if (advice_new(NULL, &advice, &err))
		print_error("%s\n", err.text);
	return advice ? 0 : -1;
}

int advice_tear_down(void **state)
{
	(void)state;
	advice_free(advice);
	return 0;
}

void read_data(const char *name, struct str *text)
{
	CLEANUP(str_release) struct str path = STR_INIT;

	str_addf(&path, "%s/advice/%s", getenv("TRILANE_TEST_DATA"), name);
	if (fs_read(path.data, DATA_MAX, text, NULL))
		fail_msg("%s", path.data);
}

json_t *read_json(const char *name)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	struct error err = ERROR_INIT;
	json_t *out = NULL;

	read_data(name, &text);
	if (document_parse(text.data, text.len, DATA_MAX, &out, &err))
		fail_msg("%s: %s", name, err.text);
	return out;
}
