/* SPDX-License-Identifier: MIT */
/*
 * The matrix and what it recommends.  Which versions go together is data
 * (compatibility.json), so a new release is a change of data; here is only how a row is
 * chosen for an interpreter.
 */
#include <string.h>

#include "rule.h"
#include "trilane/advice.h"
#include "trilane/cleanup.h"
#include "trilane/facts.h"
#include "trilane/pep440.h"

#include "trilane/banned.h"

json_t *advice_compatibility(const struct advice *a)
{
	return json_deep_copy(a->matrix);
}

struct choice {
	const char *python;
	bool same_python; /* this interpreter will do */
	const char *tensorflow, *plugin;
};

static const char *recommended(const struct advice *a, const char *kind,
                               const char *member)
{
	return json_string_value(json_object_get(
		json_object_get(json_object_get(a->matrix, "recommended"), kind),
		member));
}

static const char *column(const struct advice *a, const char *version, const char *name)
{
	struct context c = rules_context(a);

	return version ? context_table(&c, "tensorflow", version, name) : NULL;
}

/* The newest row that this Python may have and, if wanted, that has a plugin. */
static const char *newest_for(const struct advice *a, const char *python, bool plugin)
{
	const json_t *rows =
		json_object_get(json_object_get(a->tables, "tensorflow"), "rows");
	const json_t *row;
	size_t i;

	json_array_foreach(rows, i, row)
	{
		const char *range = json_string_value(json_object_get(row, "python"));

		if (plugin && !json_object_get(row, "metal_best"))
			continue;
		if (python && range && pep440_satisfies(python, range))
			return json_string_value(json_object_get(row, "newest"));
	}
	return NULL;
}

static bool wants_metal(const json_t *report, const json_t *interpreter)
{
	return text_equal(fact_get_string(report, "machine.os.name"), "macOS") &&
	       text_equal(fact_get_string(report, "machine.arch"), "arm64") &&
	       fact_get(interpreter, "plugin.path") != NULL;
}

static bool is_native(const json_t *report, const json_t *interpreter)
{
	const char *runs_as = fact_get_string(interpreter, "runs_as");
	const char *arch = fact_get_string(report, "machine.arch");

	return !runs_as || !arch || text_equal(runs_as, arch);
}

static void choose(const struct advice *a, const json_t *report,
                   const json_t *interpreter, bool metal, struct choice *out)
{
	const char *kind = metal ? "metal" : "cpu";
	const char *python = fact_get_string(interpreter, "version");
	const char *version =
		is_native(report, interpreter) ? newest_for(a, python, metal) : NULL;

	out->same_python = version != NULL;
	out->python = version ? python : recommended(a, kind, "python");
	out->tensorflow = version ? version : recommended(a, kind, "tensorflow");
	out->plugin = metal ? column(a, out->tensorflow, "metal_best") : NULL;
}

static void add_packages(const struct choice *c, struct str *out)
{
	str_addf(out, " \"tensorflow==%s\"", c->tensorflow);
	if (c->plugin)
		str_addf(out, " \"tensorflow-metal==%s\"", c->plugin);
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

static json_t *pip_commands(const struct choice *c, const char *path)
{
	CLEANUP(str_release) struct str s = STR_INIT;
	json_t *list = json_array();

	if (!c->same_python || !path) {
		str_add(&s, "python");
		add_minor(c->python, &s);
		str_add(&s, " -m venv ~/tensorflow");
		json_array_append_new(list, command(&s));
		str_add(&s, "~/tensorflow/bin/python");
	} else {
		add_word(path, &s);
	}
	str_add(&s, " -m pip install --upgrade");
	add_packages(c, &s);
	json_array_append_new(list, command(&s));
	return list;
}

static json_t *conda_commands(const struct choice *c)
{
	CLEANUP(str_release) struct str s = STR_INIT;
	json_t *list = json_array();

	str_add(&s, "conda create -n tensorflow python=");
	add_minor(c->python, &s);
	json_array_append_new(list, command(&s));
	json_array_append_new(list, json_string("conda activate tensorflow"));
	str_add(&s, "python -m pip install");
	add_packages(c, &s);
	json_array_append_new(list, command(&s));
	return list;
}

static json_t *uv_commands(const struct choice *c, const char *path)
{
	CLEANUP(str_release) struct str s = STR_INIT;
	json_t *list = json_array();

	if (!c->same_python || !path) {
		str_add(&s, "uv venv --python ");
		add_minor(c->python, &s);
		str_add(&s, " ~/tensorflow");
		json_array_append_new(list, command(&s));
	}
	str_add(&s, "uv pip install --python ");
	if (c->same_python && path)
		add_word(path, &s);
	else
		str_add(&s, "~/tensorflow/bin/python");
	add_packages(c, &s);
	json_array_append_new(list, command(&s));
	return list;
}

/* The installed pair is one that the matrix calls good. */
static bool keeps(const struct advice *a, const json_t *interpreter)
{
	const char *version = fact_get_string(interpreter, "tensorflow.version");
	const char *python = fact_get_string(interpreter, "version");
	const char *plugin = fact_get_string(interpreter, "plugin.version");
	const char *pythons = column(a, version, "python");
	const char *metal = column(a, version, "metal");

	if (!version || !python || !pythons || !pep440_satisfies(python, pythons))
		return false;
	return !plugin || (metal && pep440_satisfies(plugin, metal));
}

static void add_sentence(const struct choice *c, const json_t *interpreter, bool keep,
                         bool metal, struct str *out)
{
	const char *version = fact_get_string(interpreter, "tensorflow.version");

	if (keep)
		str_addf(out,
		         "Keep TensorFlow %s with this Python: they belong together.",
		         version);
	else if (c->same_python)
		str_addf(out, "Keep Python %s and install TensorFlow %s", c->python,
		         c->tensorflow);
	else
		str_addf(out,
		         "Make a native environment with Python %s and TensorFlow %s",
		         c->python, c->tensorflow);
	if (!keep)
		str_add(out, c->plugin ? ", " : ".");
	if (!keep && c->plugin)
		str_addf(out, "with tensorflow-metal %s if you need the GPU.", c->plugin);
	if (metal)
		str_add(out,
		        " For small models the processor is often faster than the GPU.");
}

json_t *advice_recommendation(const struct advice *a, const json_t *report,
                              const json_t *interpreter)
{
	CLEANUP(str_release) struct str sentence = STR_INIT;
	const char *path = fact_get_string(interpreter, "path");
	bool metal = wants_metal(report, interpreter);
	bool keep = is_native(report, interpreter) && keeps(a, interpreter);
	struct choice c;
	json_t *out = json_object(), *commands = json_object();

	choose(a, report, interpreter, metal, &c);
	add_sentence(&c, interpreter, keep, metal, &sentence);
	json_object_set_new(out, "keep", json_boolean(keep));
	json_object_set_new(out, "sentence", fact_text(sentence.data, sentence.len));
	json_object_set_new(out, "python", json_string(c.python));
	json_object_set_new(out, "tensorflow", json_string(c.tensorflow));
	json_object_set_new(out, "plugin",
	                    c.plugin ? json_string(c.plugin) : json_null());
	if (!keep) {
		json_object_set_new(commands, "pip", pip_commands(&c, path));
		json_object_set_new(commands, "conda", conda_commands(&c));
		json_object_set_new(commands, "uv", uv_commands(&c, path));
	}
	json_object_set_new(out, "commands", commands);
	return out;
}
