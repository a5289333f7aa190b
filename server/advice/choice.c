/* SPDX-License-Identifier: MIT */
/*
 * Command lines for what is recommended.  They are to work on this machine: an
 * environment is made with a Python that was found here where there is one, and a conda
 * that resolves for Intel is told not to.
 */
#include "choice.h"

#include <stdlib.h>
#include <string.h>

#include "trilane/cleanup.h"
#include "trilane/facts.h"

#include "trilane/banned.h"

bool interpreter_is_native(const json_t *report, const json_t *interpreter)
{
	const char *runs_as = fact_get_string(interpreter, "runs_as");
	const char *arch = fact_get_string(report, "machine.arch");

	if (!arch)
		return true;
	if (runs_as)
		return text_equal(runs_as, arch);
	return json_array_size(fact_get(interpreter, "archs")) == 0 ||
	       fact_has_string(interpreter, "archs", arch);
}

bool interpreter_is_gone(const json_t *interpreter)
{
	return json_is_null(json_object_get(interpreter, "real_path"));
}

bool interpreter_takes_wheels(const json_t *interpreter)
{
	const char *implementation = fact_get_string(interpreter, "implementation");
	bool free_threaded = false;

	fact_get_bool(interpreter, "free_threaded", &free_threaded);
	return !free_threaded &&
	       (!implementation || text_equal(implementation, "cpython"));
}

bool interpreter_is_base(const json_t *report, const json_t *interpreter)
{
	return fact_get_string(interpreter, "path") &&
	       interpreter_is_native(report, interpreter) &&
	       interpreter_takes_wheels(interpreter) &&
	       fact_get_string(interpreter, "real_path") &&
	       !text_equal(fact_get_string(interpreter, "kind"), "venv");
}

bool interpreter_lacks_pip(const json_t *interpreter)
{
	return text_equal(fact_get_string(interpreter, "kind"), "venv") &&
	       json_array_size(fact_get(interpreter, "site_packages")) > 0 &&
	       json_object_size(fact_get(interpreter, "packages")) > 0 &&
	       !fact_get(interpreter, "packages.pip");
}

static json_t *command(struct str *s)
{
	json_t *out = fact_text(s->data, s->len);

	str_clear(s);
	return out;
}

static void add_minor(const char *python, struct str *out)
{
	size_t n = strcspn(python, ".");

	n += python[n] == '.' ? 1 + strspn(python + n + 1, "0123456789") : 0;
	str_add_n(out, python, n);
}

/* A shell word in single quotes. */
static void add_word(const char *text, struct str *out)
{
	str_add_char(out, '\'');
	for (; *text; text++)
		str_addf(out, *text == '\'' ? "'\\''" : "%c", *text);
	str_add_char(out, '\'');
}

/* An installation found here whose first two numbers are those of PYTHON. */
static const char *find_python(const json_t *report, const char *python)
{
	CLEANUP(str_release) struct str minor = STR_INIT;
	const json_t *one;
	size_t i;

	add_minor(python, &minor);
	json_array_foreach(fact_get(report, "interpreters"), i, one)
	{
		const char *version = fact_get_string(one, "version");
		CLEANUP(str_release) struct str its = STR_INIT;

		add_minor(version ? version : "", &its);
		if (text_equal(its.data, minor.data) && interpreter_is_base(report, one))
			return fact_get_string(one, "path");
	}
	return NULL;
}

static bool has_native_homebrew(const json_t *report)
{
	const json_t *one;
	size_t i;

	json_array_foreach(fact_get(report, "machine.tools.homebrews"), i, one)
	{
		if (text_equal(fact_get_string(one, "prefix"), "/opt/homebrew"))
			return true;
	}
	return false;
}

/* The command that makes ~/tensorflow, after what it needs; false if nothing can. */
static bool add_venv(const struct choice *c, const json_t *report, const char *path,
                     json_t *list)
{
	CLEANUP(str_release) struct str s = STR_INIT;
	const char *found = c->own ? path : find_python(report, c->python);

	if (found) {
		add_word(found, &s);
	} else if (has_native_homebrew(report)) {
		str_add(&s, "brew install python@");
		add_minor(c->python, &s);
		json_array_append_new(list, command(&s));
		str_add(&s, "/opt/homebrew/bin/python");
		add_minor(c->python, &s);
	} else {
		return false;
	}
	str_add(&s, " -m venv ~/tensorflow");
	json_array_append_new(list, command(&s));
	return true;
}

json_t *choice_pip_commands(const struct choice *c, const json_t *report,
                            const json_t *interpreter)
{
	CLEANUP(str_release) struct str s = STR_INIT;
	const char *path = fact_get_string(interpreter, "path");
	json_t *list = json_array();

	if (c->what == CHOICE_NEW || !path) {
		if (!add_venv(c, report, path, list))
			return list;
		str_add(&s, "~/tensorflow/bin/python");
	} else {
		if (interpreter_lacks_pip(interpreter)) {
			add_word(path, &s);
			str_add(&s, " -m ensurepip");
			json_array_append_new(list, command(&s));
		}
		add_word(path, &s);
	}
	str_add(&s, " -m pip install --upgrade");
	str_add(&s, c->packages.data);
	json_array_append_new(list, command(&s));
	return list;
}

/* What this conda creates is for Intel, unless it is told otherwise. */
static bool makes_intel_environments(const json_t *report)
{
	return text_equal(fact_get_string(report, "machine.arch"), "arm64") &&
	       text_equal(fact_get_string(report, "machine.tools.conda.subdir"),
	                  "osx-64");
}

json_t *choice_conda_commands(const struct choice *c, const json_t *report)
{
	CLEANUP(str_release) struct str s = STR_INIT;
	json_t *list = json_array();
	bool intel = makes_intel_environments(report);

	str_addf(&s, "%sconda create -n tensorflow python=",
	         intel ? "CONDA_SUBDIR=osx-arm64 " : "");
	add_minor(c->python, &s);
	json_array_append_new(list, command(&s));
	json_array_append_new(list, json_string("conda activate tensorflow"));
	if (intel)
		json_array_append_new(
			list, json_string("conda config --env --set subdir osx-arm64"));
	str_add(&s, "python -m pip install");
	str_add(&s, c->packages.data);
	json_array_append_new(list, command(&s));
	return list;
}

json_t *choice_uv_commands(const struct choice *c, const char *path)
{
	CLEANUP(str_release) struct str s = STR_INIT;
	json_t *list = json_array();

	if (c->what == CHOICE_NEW || !path) {
		str_add(&s, "uv venv --python ");
		add_minor(c->python, &s);
		str_add(&s, " ~/tensorflow");
		json_array_append_new(list, command(&s));
	}
	str_add(&s, "uv pip install --python ");
	if (c->what != CHOICE_NEW && path)
		add_word(path, &s);
	else
		str_add(&s, "~/tensorflow/bin/python");
	str_add(&s, c->packages.data);
	json_array_append_new(list, command(&s));
	return list;
}
