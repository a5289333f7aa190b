/* SPDX-License-Identifier: MIT */
/*
 * The circumstances of a run: the machine's probes, asked before and after it, with what
 * they cannot know left as the typed absences that they are.
 */
#include "bench.h"

#include <math.h>
#include <stdlib.h>

#include "trilane/cleanup.h"
#include "trilane/facts.h"
#include "trilane/probes.h"
#include "trilane/version.h"

#include "trilane/banned.h"

/* Rows of the table of probes that say something about speed, and are quick. */
static const char *const asked[] = {"system",     "cores",     "isa",   "memory",
                                    "translator", "container", "power", "thermal"};

static bool is_asked(const char *name)
{
	for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++)
		if (text_equal(asked[i], name))
			return true;
	return false;
}

void moment_take(struct moment *m)
{
	CLEANUP(source_release) struct source source = SOURCE_INIT;
	m->report = json_object();
	m->load = NAN;
	clock_now(m->date);
	if (getloadavg(&m->load, 1) != 1)
		m->load = NAN;
	if (source_open_live(&source, NULL))
		return;
	for (size_t i = 0; i < probes_count; i++)
		if (is_asked(probes_table[i].name))
			probes_table[i].run(&source, m->report);
}

void moment_release(struct moment *m)
{
	json_decref(m->report);
}

json_t *memory_now(void)
{
	CLEANUP(source_release) struct source source = SOURCE_INIT;
	json_t *report = json_object();
	if (source_open_live(&source, NULL))
		return report;
	for (size_t i = 0; i < probes_count; i++)
		if (text_equal(probes_table[i].name, "memory"))
			probes_table[i].run(&source, report);
	return report;
}

static json_t *load_json(double load)
{
	if (isnan(load))
		return fact_absent(FACT_UNAVAILABLE, "the system does not tell its load");
	return json_real(load);
}

/* A member of the machine's facts, taken out of its copy. */
static json_t *take(json_t *machine, const char *name)
{
	json_t *value = json_object_get(machine, name);
	value = value ? json_incref(value)
	              : fact_absent(FACT_UNAVAILABLE, "no probe has looked at it");
	json_object_del(machine, name);
	return value;
}

static json_t *member_after(const struct bench *b, const char *name)
{
	json_t *value =
		json_object_get(json_object_get(b->after.report, "machine"), name);
	return value ? json_incref(value)
	             : fact_absent(FACT_UNAVAILABLE, "no probe has looked at it");
}

json_t *environment_document(const struct bench *b)
{
	json_t *machine = json_deep_copy(json_object_get(b->before.report, "machine"));
	if (!machine)
		machine = json_object();
	json_object_del(machine, "sources");
	json_t *o = json_object();
	json_object_set_new(o, "tool",
	                    json_pack("{s:s, s:s}", "version", trilane_version(), "build",
	                              trilane_build()));
	json_object_set_new(o, "started", json_string(b->before.date));
	json_object_set_new(o, "finished", json_string(b->after.date));
	json_object_set_new(o, "power", take(machine, "power"));
	json_object_set_new(o, "thermal", take(machine, "thermal"));
	json_object_set_new(o, "load",
	                    json_pack("{s:o, s:o}", "before", load_json(b->before.load),
	                              "after", load_json(b->after.load)));
	json_object_set_new(o, "after",
	                    json_pack("{s:o, s:o}", "power", member_after(b, "power"),
	                              "thermal", member_after(b, "thermal")));
	json_object_set_new(o, "threads", json_integer(b->threads));
	json_object_set_new(o, "machine", machine);
	return o;
}
