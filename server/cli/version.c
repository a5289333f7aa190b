/* SPDX-License-Identifier: MIT */
/* trilane version: what this program is and how it was built. */
#include <stdio.h>

#include "commands.h"
#include "trilane/cleanup.h"
#include "trilane/jsonw.h"
#include "trilane/platform.h"
#include "trilane/version.h"

#include "trilane/banned.h"

struct version_values {
	bool json;
};

static const struct option_row options[] = {
	{"json", OPTION_FLAG, offsetof(struct version_values, json),
         .help = "print JSON"},
	{.name = NULL},
};

static void add_json(struct str *out)
{
	struct jsonw w = JSONW_INIT(out);

	jsonw_object(&w, NULL);
	jsonw_string(&w, "name", "trilane");
	jsonw_string(&w, "version", trilane_version());
	jsonw_string(&w, "build", trilane_build());
	jsonw_string(&w, "os", platform_os());
	jsonw_string(&w, "arch", platform_arch());
	jsonw_end(&w);
	str_add_char(out, '\n');
}

static int run(const void *values, const char *const *arguments, size_t count)
{
	const struct version_values *v = values;
	CLEANUP(str_release) struct str text = STR_INIT;

	(void)arguments;
	(void)count;
	if (v->json)
		add_json(&text);
	else
		str_addf(&text, "trilane %s (%s, %s)\n", trilane_version(),
		         trilane_build(), platform_arch());
	fputs(text.data, stdout);
	return CLI_EXIT_FINE;
}

const struct command command_version = {
	.name = "version",
	.summary = "print the version and how it was built",
	.options = options,
	.values_size = sizeof(struct version_values),
	.run = run,
};
