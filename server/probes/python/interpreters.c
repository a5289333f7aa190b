/* SPDX-License-Identifier: MIT */
/* The probe of the Pythons: finds, identifies and describes them, in that order. */
#include <stdlib.h>
#include <string.h>

#include "probe.h"
#include "python/python.h"
#include "trilane/cleanup.h"
#include "trilane/facts.h"

#include "trilane/banned.h"

static void find_all(struct find *f)
{
	find_path(f);
	find_conda(f);
	find_managers(f);
	find_search(f);
	find_system(f);
	find_jupyter(f);
}

/* Environments have kernelspecs of their own. */
static void find_kernels_of(struct find *f, const struct interpreters *found)
{
	for (size_t i = 0; i < found->count; i++)
		if (found->items[i].is_conda || found->items[i].venv.present)
			find_jupyter_prefix(f, found->items[i].prefix);
}

static bool is_found(const struct interpreters *all, const char *program)
{
	for (size_t i = 0; i < all->count; i++)
		if (!all->items[i].venv.present &&
		    text_equal(all->items[i].real_path, program))
			return true;
	return false;
}

/* What an environment is made from is a Python too, wherever it lies. */
static void find_bases_of(struct find *f, const struct interpreters *found)
{
	for (size_t i = 0; i < found->count; i++) {
		const struct interpreter *at = &found->items[i];
		const char *program = at->real_path;

		if (!at->venv.present)
			continue;
		if (!program || path_below(program, at->prefix))
			program = at->venv.executable;
		if (program && !is_found(found, program))
			find_add(f, program, "environment");
	}
}

static struct python_machine machine_of(struct source *s, const json_t *report)
{
	const char *arch = fact_get_string(report, "machine.arch");
	bool installed = false;

	fact_get_bool(report, "machine.translator.installed", &installed);
	return (struct python_machine){
		.s = s,
		.arch = arch ? arch : s->arch,
		.translates_x86 = installed || s->translated,
		.os_version = fact_get_string(report, "machine.os.version"),
	};
}

static void describe(const struct python_machine *m, struct interpreter *i,
                     const struct interpreters *all)
{
	describe_kind(m, i);
	describe_base(m, i, all);
	describe_sites(m, i);
	describe_packages(m, i);
	describe_tensorflow(m, i);
	describe_plugin(m, i);
	describe_natives(m, i);
	json_object_set_new(i->facts, "imports", json_array());
}

/* What only this folder needs to know is not reported. */
static void strip(json_t *facts)
{
	const char *name;
	json_t *row;

	json_object_foreach(json_object_get(facts, "packages"), name, row)
		json_object_del(row, "metadata");
}

void probe_interpreters(struct source *s, json_t *report)
{
	CLEANUP(find_release) struct find f = FIND_INIT(s);
	CLEANUP(interpreters_release) struct interpreters all = INTERPRETERS_INIT;
	struct python_machine m = machine_of(s, report);
	json_t *rows = json_array();

	find_all(&f);
	identify(&f, &all);
	size_t before = f.count;
	find_kernels_of(&f, &all);
	find_bases_of(&f, &all);
	if (f.count > before) {
		interpreters_release(&all);
		identify(&f, &all);
	}
	for (size_t i = 0; i < all.count; i++)
		describe_program(&m, &all.items[i]);
	for (size_t i = 0; i < all.count; i++)
		describe(&m, &all.items[i], &all);
	describe_recorded_imports(&m, &all);
	for (size_t i = 0; i < all.count; i++) {
		strip(all.items[i].facts);
		json_array_append(rows, all.items[i].facts);
	}
	if (f.lost_kernels)
		fact_set(report, "machine.jupyter.lost_kernels",
		         json_incref(f.lost_kernels));
	json_object_set_new(report, "interpreters", rows);
	json_object_set_new(report, "interpreters_complete",
	                    json_boolean(!f.limited && !all.limited));
}
