/* SPDX-License-Identifier: MIT */
/* The rule reader: what it takes is evaluated, too, over a small report and log. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "rule.h"
#include "trilane/advice.h"
#include "trilane/mem.h"

#include "trilane/banned.h"

static const char report_text[] =
	"{\"machine\":{\"os\":{\"name\":\"macOS\",\"version\":\"14.1\"},\"arch\":"
	"\"arm64\"},"
	"\"interpreters\":[{\"path\":\"/e/bin/python\",\"version\":\"3.11.1\","
	"\"archs\":[\"arm64\"],\"packages\":{\"numpy\":{\"version\":\"2.0.0\"}},"
	"\"tensorflow\":{\"version\":\"2.16.1\",\"archs\":[\"arm64\"]}}]}";
static const char log_text[] =
	"Python 3.11\nnumpy 2.0.0\nImportError: x\nabcd 1.2 efgh\n";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void use(struct advice *a)
{
	json_t *report = json_loads(report_text, 0, NULL);

	pattern_set_compile(&a->patterns);
	json_decref(advice_facts(a, report));
	json_decref(advice_result(a, report));
	json_decref(advice_log(a, log_text, strlen(log_text), report));
	json_decref(advice_rules(a));
	json_decref(report);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct advice *a = xcalloc(1, sizeof(*a));

	a->documents = json_array();
	a->check = true;
	if (!rules_load_text(a, (const char *)data, size, NULL))
		use(a);
	advice_free(a);
	return 0;
}
