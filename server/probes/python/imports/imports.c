/* SPDX-License-Identifier: MIT */
/*
 * The guarded import probes: which are worth running in an interpreter, and the child
 * that runs one.  The Python side is import_probe.py, embedded.
 */
#include "trilane/imports.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "python/imports/import_outcome.h"
#include "python/python_files.h"
#include "trilane/cleanup.h"
#include "trilane/clock.h"
#include "trilane/embedded.h"
#include "trilane/facts.h"
#include "trilane/mem.h"
#include "trilane/proc.h"
#include "trilane/temporary.h"

#include "trilane/banned.h"

enum {
	DEADLINE_DEFAULT_S = 60,
	OUTPUT_BYTES_MAX = 1 << 20,
	VERSION_BYTES_MAX = 100,
};

/* TensorFlow maps more than it uses; a bomb maps more than this. */
static const struct proc_limits limits = {
	.address_space_bytes = UINT64_C(64) << 30,
	.cpu_s = 300,
	.file_bytes = UINT64_C(256) << 20,
	.open_files = 1024,
	.no_core = true,
};

/* When a probe says something that the others do not. */
enum need { NEED_NOTHING, NEED_PYARROW, NEED_PLUGIN };

static const struct {
	const char *name;
	enum need need;
} probes[] = {
	{"tensorflow", NEED_NOTHING},
	{"tensorflow_after_pyarrow", NEED_PYARROW},
	{"tensorflow_before_pyarrow", NEED_PYARROW},
	{"tensorflow_without_plugin", NEED_PLUGIN},
	{"devices", NEED_NOTHING},
};

static const size_t probes_count = sizeof(probes) / sizeof(probes[0]);

static bool is_needed(const json_t *interpreter, enum need need)
{
	switch (need) {
	case NEED_PYARROW:
		return fact_get(interpreter, "packages.pyarrow") != NULL;
	case NEED_PLUGIN:
		return fact_get(interpreter, "plugin") != NULL;
	case NEED_NOTHING:
		break;
	}
	return true;
}

/* Why an interpreter cannot be started, or NULL. */
static const char *cannot_run(const json_t *interpreter)
{
	if (!fact_get_string(interpreter, "real_path"))
		return "its program is missing";
	if (!fact_get_string(interpreter, "runs_as"))
		return "this machine cannot run programs of its architecture";
	return NULL;
}

/* Everything that libraries write at import goes into DIR; the home stays the user's,
 * since packages in it are part of what is imported. */
static void child_environment(const char *dir, struct strlist *env)
{
	static const char *const folders[] = {"CUDA_CACHE_PATH", "KERAS_HOME",
	                                      "MPLCONFIGDIR", "XDG_CACHE_HOME"};

	proc_clean_environment(env);
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		strlist_addf(env, "%s=%s", folders[i], dir);
	strlist_add(env, "PYTHONDONTWRITEBYTECODE=1");
	strlist_add(env, "PYTHONUNBUFFERED=1");
}

/* What the child printed behind MARK on a line of its own. */
static bool printed(const struct str *out, const char *mark, struct str *value)
{
	CLEANUP(strlist_release) struct strlist lines = STRLIST_INIT;

	strlist_split(&lines, out->data, "\r\n");
	for (size_t i = lines.count; i-- > 0;)
		if (text_starts(lines.items[i], mark)) {
			str_add(value, lines.items[i] + strlen(mark));
			return true;
		}
	return false;
}

static void take_printed(const struct str *out, json_t *outcome)
{
	CLEANUP(str_release) struct str version = STR_INIT;
	CLEANUP(str_release) struct str text = STR_INIT;
	json_t *devices = NULL;

	if (printed(out, "version ", &version))
		json_object_set_new(
			outcome, "version",
			fact_text(version.data, version.len < VERSION_BYTES_MAX
		                                        ? version.len
		                                        : VERSION_BYTES_MAX));
	if (printed(out, "devices ", &text) &&
	    document_parse(text.data, text.len, OUTPUT_BYTES_MAX, &devices, NULL) == 0)
		json_object_set_new(outcome, "devices", import_devices(devices));
	json_decref(devices);
}

static json_t *run_in(const char *dir, const char *program, const char *probe,
                      uint64_t deadline_ns)
{
	const struct embedded_file *script = embedded_find(
		python_files, python_files_count, "imports/import_probe.py");
	CLEANUP(strlist_release) struct strlist env = STRLIST_INIT;
	CLEANUP(strlist_release) struct strlist argv = STRLIST_INIT;
	CLEANUP(proc_output_release) struct proc_output output = PROC_OUTPUT_INIT;
	struct error err = ERROR_INIT;

	if (!script)
		BUG("import_probe.py is not embedded");
	child_environment(dir, &env);
	strlist_add(&argv, program);
	strlist_add(&argv, "-B");
	strlist_add(&argv, "-Xfaulthandler");
	strlist_add(&argv, "-c");
	strlist_add(&argv, (const char *)script->bytes);
	strlist_add(&argv, probe);
	strlist_addf(&argv, "%llu", (unsigned long long)(deadline_ns / NS_PER_S + 5));
	strlist_addf(&argv, "%ld", (long)getpid());
	struct proc_spec spec = {
		.path = program,
		.argv = (const char *const *)argv.items,
		.env = (const char *const *)env.items,
		.dir = dir,
		.streams = PROC_STDOUT | PROC_STDERR,
		.limits = limits,
	};
	if (proc_run(&spec, NULL, 0, deadline_ns, OUTPUT_BYTES_MAX, &output, &err) < 0)
		return import_outcome_not_run(probe, err.text);
	json_t *outcome = import_outcome_from_end(probe, &output.end, &output.err);
	take_printed(&output.out, outcome);
	return outcome;
}

static json_t *run_probe(const char *program, const char *probe, uint64_t deadline_ns)
{
	CLEANUP(temporary_release) struct temporary dir = TEMPORARY_INIT;
	struct error err = ERROR_INIT;

	if (temporary_open(&dir, "trilane-import", &err) < 0)
		return import_outcome_not_run(probe, err.text);
	return run_in(dir.path.data, program, probe, deadline_ns);
}

struct run {
	const struct imports_options *options;
	uint64_t deadline_ns;
	size_t index, count; /* of the interpreter, for progress */
};

static bool is_wanted(const struct run *run, const json_t *interpreter)
{
	const char *only = run->options->only;

	if (!fact_get(interpreter, "tensorflow"))
		return false;
	return !only || text_equal(only, fact_get_string(interpreter, "id")) ||
	       text_equal(only, fact_get_string(interpreter, "path"));
}

/* A second wait for the same hang says nothing new. */
static bool first_was_fine(const json_t *imports)
{
	return text_equal(fact_get_string(json_array_get(imports, 0), "outcome"), "ok");
}

/* False if the caller wants no more. */
static bool run_interpreter(const struct run *run, json_t *interpreter)
{
	const char *path = fact_get_string(interpreter, "path");
	const char *obstacle = cannot_run(interpreter);
	json_t *imports = json_array();

	json_object_set_new(interpreter, "imports", imports);
	for (size_t i = 0; i < probes_count; i++) {
		double done = ((double)run->index + (double)i / (double)probes_count) /
		              (double)run->count;

		if (!is_needed(interpreter, probes[i].need))
			continue;
		if (text_equal(probes[i].name, "devices") && !obstacle &&
		    !first_was_fine(imports))
			obstacle = "TensorFlow cannot be imported";
		if (run->options->step && !run->options->step(run->options->context, path,
		                                              probes[i].name, done))
			return false;
		json_array_append_new(
			imports,
			obstacle ? import_outcome_not_run(probes[i].name, obstacle)
				 : run_probe(path, probes[i].name, run->deadline_ns));
	}
	return true;
}

int imports_run(struct source *s, json_t *report, const struct imports_options *options,
                struct error *err)
{
	static const struct imports_options defaults = {.deadline_ns = 0};
	json_t *all = json_object_get(report, "interpreters");
	struct run run = {.options = options ? options : &defaults,
	                  .count = json_array_size(all)};
	json_t *interpreter;

	if (!s->live)
		return error_set(err, ERROR_UNSUPPORTED,
		                 "a recording's interpreters cannot be started");
	run.deadline_ns = run.options->deadline_ns ? run.options->deadline_ns
	                                           : DEADLINE_DEFAULT_S * NS_PER_S;
	json_array_foreach(all, run.index, interpreter) if (
		is_wanted(&run, interpreter) &&
		!run_interpreter(&run,
	                         interpreter)) return error_set(err, ERROR_CANCELLED,
	                                                        "stopped on request");
	return 0;
}
