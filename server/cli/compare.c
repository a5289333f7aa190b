/* SPDX-License-Identifier: MIT */
/* trilane compare: two saved results against each other. */
#include <stdio.h>

#include "commands.h"
#include "input.h"
#include "page.h"
#include "trilane/cleanup.h"
#include "trilane/compare.h"
#include "trilane/facts.h"
#include "trilane/log.h"

#include "trilane/banned.h"

enum { RESULT_SIZE_MAX = 16 * 1024 * 1024 };

struct compare_values {
	bool fail_on_regression, json;
};

static const struct option_row options[] = {
	{"fail-on-regression", OPTION_FLAG,
         offsetof(struct compare_values, fail_on_regression),
         .help = "exit with 4 if B is slower than A anywhere"},
	{"json", OPTION_FLAG, offsetof(struct compare_values, json),
         .help = "print the comparison as JSON"},
	{.name = NULL},
};

static int read_result(const char *path, json_t **out, struct error *err)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	bool more;
	int rc = input_read(path, RESULT_SIZE_MAX, &text, &more, err);
	if (rc)
		return rc;
	if (more)
		return error_set(err, ERROR_TOO_LARGE, "%s is larger than %d bytes", path,
		                 RESULT_SIZE_MAX);
	rc = document_parse(text.data, text.len, RESULT_SIZE_MAX, out, err);
	if (rc)
		error_prefix(err, "%s", path);
	return rc;
}

/* The sentences have names from the files in them. */
static void add_sentence(struct str *out, const json_t *document)
{
	page_add_text(out, fact_get_string(document, "sentence"));
	str_add_char(out, '\n');
}

static void print_page(const json_t *document)
{
	CLEANUP(str_release) struct str page = STR_INIT;
	size_t at;
	json_t *item;
	add_sentence(&page, document);
	json_array_foreach(json_object_get(document, "comparisons"), at, item)
	{
		if (at == 0)
			str_add_char(&page, '\n');
		add_sentence(&page, item);
	}
	fputs(page.data, stdout);
}

static void print(const json_t *document, bool json)
{
	if (!json) {
		print_page(document);
		return;
	}
	CLEANUP_FREE char *text = document_text(document, true);
	puts(text);
}

static int judge(const json_t *document, bool fail_on_regression)
{
	if (fail_on_regression && comparison_has(document, VERDICT_SLOWER))
		return CLI_EXIT_REGRESSION;
	if (comparison_has(document, VERDICT_CANNOT_TELL) ||
	    json_array_size(json_object_get(document, "comparisons")) == 0)
		return CLI_EXIT_CANNOT_TELL;
	return CLI_EXIT_FINE;
}

static int run(const void *values, const char *const *arguments, size_t count)
{
	const struct compare_values *v = values;
	struct error err = ERROR_INIT;
	json_t *a = NULL, *b = NULL, *document = NULL;
	(void)count;
	int rc = read_result(arguments[0], &a, &err);
	if (!rc)
		rc = read_result(arguments[1], &b, &err);
	if (!rc)
		rc = compare_results(a, b, &document, &err);
	if (rc) {
		log_error("%s", err.text);
		rc = CLI_EXIT_FAILED;
	} else {
		print(document, v->json);
		rc = judge(document, v->fail_on_regression);
	}
	json_decref(a);
	json_decref(b);
	json_decref(document);
	return rc;
}

const struct command command_compare = {
	.name = "compare",
	.summary = "compare two saved results: is B slower than A?",
	.arguments = "A.json B.json",
	.arguments_min = 2,
	.arguments_max = 2,
	.options = options,
	.values_size = sizeof(struct compare_values),
	.details =
		"The exit code is 4 for a regression with --fail-on-regression, and 5 if "
		"the measurements do not decide.",
	.run = run,
};
