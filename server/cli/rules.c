/* SPDX-License-Identifier: MIT */
/* trilane rules: what the program can recognise, whether rules are valid, and why. */
#include <stdio.h>

#include "commands.h"
#include "findings_page.h"
#include "trilane/advice.h"
#include "trilane/cleanup.h"
#include "trilane/facts.h"
#include "trilane/log.h"

#include "trilane/banned.h"

struct rules_values {
	const char *rules;
	bool json;
};

static const struct option_row options[] = {
	{"json", OPTION_FLAG, offsetof(struct rules_values, json), .help = "print JSON"},
	{"rules", OPTION_STRING, offsetof(struct rules_values, rules), "DIR",
         .help = "add the rules in DIR (*.json)"},
	{.name = NULL},
};

static void print_json(json_t *document)
{
	CLEANUP_FREE char *text = document_text(document, true);

	puts(text);
	json_decref(document);
}

static int list(const struct advice *a, bool json)
{
	json_t *rules = advice_rules(a), *row;
	size_t i;

	if (json) {
		print_json(rules);
		return CLI_EXIT_FINE;
	}
	json_array_foreach(rules, i, row)
	{
		printf("%-46s %-9s %s\n", fact_get_string(row, "id"),
		       fact_get_string(row, "severity"), fact_get_string(row, "title"));
	}
	json_decref(rules);
	return CLI_EXIT_FINE;
}

/* They were validated when they were read; each must have its page, too, unless it is a
 * site's own. */
static int validate(const struct advice *a, bool json)
{
	json_t *rules = advice_rules(a), *missing = json_array(), *row;
	size_t i;

	json_array_foreach(rules, i, row)
	{
		if (!advice_page(a, fact_get_string(row, "id")))
			json_array_append(missing, json_object_get(row, "id"));
	}
	if (json)
		print_json(json_pack("{s:b, s:i, s:O}", "valid", 1, "rules",
		                     (int)advice_count(a), "without_page", missing));
	else
		printf("%zu rules are valid; %zu have no page\n", advice_count(a),
		       json_array_size(missing));
	json_decref(missing);
	json_decref(rules);
	return CLI_EXIT_FINE;
}

static int explain(const struct advice *a, const char *id, bool json)
{
	const char *page = advice_page(a, id);
	json_t *rule = advice_rule(a, id);

	if (!rule) {
		log_error("there is no such rule; `trilane rules list` names them");
		return CLI_EXIT_FAILED;
	}
	if (json) {
		json_object_set_new(rule, "page", page ? json_string(page) : json_null());
		print_json(rule);
		return CLI_EXIT_FINE;
	}
	if (page)
		fputs(page, stdout);
	else
		print_json(json_incref(rule));
	json_decref(rule);
	return CLI_EXIT_FINE;
}

static int carry_out(const struct advice *a, const char *const *words, size_t count,
                     bool json)
{
	if (text_equal(words[0], "explain")) {
		if (count == 2)
			return explain(a, words[1], json);
		log_error("explain needs the id of a rule");
		return CLI_EXIT_USAGE;
	}
	if (count == 1 && text_equal(words[0], "list"))
		return list(a, json);
	if (count == 1 && text_equal(words[0], "schema")) {
		fputs(advice_rules_schema(), stdout);
		return CLI_EXIT_FINE;
	}
	if (text_equal(words[0], "validate"))
		return validate(a, json);
	log_error("list, validate, schema, or explain ID is wanted");
	return CLI_EXIT_USAGE;
}

static int run(const void *values, const char *const *arguments, size_t count)
{
	const struct rules_values *v = values;
	struct error err = ERROR_INIT;
	struct advice *a = NULL;
	bool check = text_equal(arguments[0], "validate");
	const char *dir = check && count == 2 ? arguments[1] : v->rules;
	int rc = advice_new(dir, &a, &err);

	if (!rc && check)
		rc = advice_validate(dir, &err);
	if (rc < 0) {
		log_error("%s", err.text);
		advice_free(a);
		return CLI_EXIT_FAILED;
	}
	rc = carry_out(a, arguments, count, v->json);
	advice_free(a);
	return rc;
}

const struct command command_rules = {
	.name = "rules",
	.summary = "list, validate or explain the rules behind the findings",
	.arguments = "list|validate [DIR]|schema|explain ID",
	.arguments_min = 1,
	.arguments_max = 2,
	.options = options,
	.values_size = sizeof(struct rules_values),
	.details =
		"validate exits with 3 and names file, rule and reason if one does not "
		"stand up; with DIR the rules in it (*.json) are read, too.  schema "
		"prints the JSON Schema of a file of rules, for editors.  "
		"docs/adding-a-rule.md describes how to write one.",
	.run = run,
};
