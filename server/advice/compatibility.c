/* SPDX-License-Identifier: MIT */
/*
 * The matrix and what it recommends.  Which versions go together is data
 * (compatibility.json), so a new release is a change of data; here is only how a row is
 * chosen for an interpreter, and the command lines that follow.
 */
#include <stdlib.h>
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

/* What an interpreter should have, and how far it is from that. */
struct choice {
	enum {
		CHOICE_KEEP,
		CHOICE_UNKNOWN,  /* newer than the matrix: nothing is known against it */
		CHOICE_COMPLETE, /* the right TensorFlow; what is beside it is wrong */
		CHOICE_INSTALL,  /* this Python will do for another TensorFlow */
		CHOICE_NEW,      /* another Python is needed, or an environment */
	} what;
	bool native; /* the interpreter is the machine's own kind */
	const char *python;
	const char *tensorflow, *plugin;
	struct str packages; /* requirements, in double quotes, a blank before each */
	struct str beside;   /* those of them that are to change beside TensorFlow */
};

/* --- the matrix --------------------------------------------------------------------- */

static const json_t *rows(const struct advice *a)
{
	return json_object_get(json_object_get(a->tables, "tensorflow"), "rows");
}

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

/* The column that says which package has wheels for the machine; NULL: all rows do. */
static const char *platform_column(const json_t *report)
{
	static const struct {
		const char *os, *arch, *column;
	} platforms[] = {
		{"Linux", "arm64", "linux_aarch64"},
		{"macOS", "arm64", "macos_arm64"},
		{"macOS", "x86_64", "macos_x86_64"},
	};
	const char *os = fact_get_string(report, "machine.os.name");
	const char *arch = fact_get_string(report, "machine.arch");

	for (size_t i = 0; i < sizeof(platforms) / sizeof(platforms[0]); i++)
		if (text_equal(platforms[i].os, os) &&
		    text_equal(platforms[i].arch, arch))
			return platforms[i].column;
	return NULL;
}

/* The newest release for this Python on this machine; with METAL one with a plugin. */
static const char *newest_for(const struct advice *a, const json_t *report,
                              const char *python, bool metal)
{
	const char *platform = platform_column(report);
	const json_t *row;
	size_t i;

	json_array_foreach(rows(a), i, row)
	{
		const char *range = json_string_value(json_object_get(row, "python"));
		const char *package =
			platform ? json_string_value(json_object_get(row, platform)) : "";

		if ((metal && !json_object_get(row, "metal_best")) ||
		    text_equal(package, "no"))
			continue;
		if (python && range && pep440_satisfies(python, range))
			return json_string_value(json_object_get(row, "newest"));
	}
	return NULL;
}

/* --- the interpreter ---------------------------------------------------------------- */

static bool has_apple_plugin(const json_t *interpreter)
{
	return fact_get(interpreter, "plugin.path") != NULL &&
	       !text_equal(fact_get_string(interpreter, "plugin.vendor"), "third-party");
}

static bool wants_metal(const json_t *report, const json_t *interpreter)
{
	return text_equal(fact_get_string(report, "machine.os.name"), "macOS") &&
	       text_equal(fact_get_string(report, "machine.arch"), "arm64") &&
	       has_apple_plugin(interpreter);
}

static bool is_native(const json_t *report, const json_t *interpreter)
{
	const char *runs_as = fact_get_string(interpreter, "runs_as");
	const char *arch = fact_get_string(report, "machine.arch");

	return !runs_as || !arch || text_equal(runs_as, arch);
}

/* TensorFlow's files are of one release, and for the processor that Python runs on. */
static bool is_whole(const json_t *interpreter)
{
	const char *runs_as = fact_get_string(interpreter, "runs_as");
	const char *stock = fact_get_string(interpreter, "packages.tensorflow.version");
	const char *macos =
		fact_get_string(interpreter, "packages.tensorflow-macos.version");

	if (stock && macos && !text_equal(stock, macos))
		return false;
	return !runs_as ||
	       json_array_size(fact_get(interpreter, "tensorflow.archs")) == 0 ||
	       fact_has_string(interpreter, "tensorflow.archs", runs_as);
}

/* TensorFlow, Python and plugin are ones that the matrix calls good together. */
static bool fits(const struct advice *a, const json_t *interpreter)
{
	const char *version = fact_get_string(interpreter, "tensorflow.version");
	const char *python = fact_get_string(interpreter, "version");
	const char *plugin = fact_get_string(interpreter, "plugin.version");
	const char *pythons = column(a, version, "python");
	const char *metal = column(a, version, "metal");

	if (!python || !pythons || !pep440_satisfies(python, pythons))
		return false;
	return !plugin || !has_apple_plugin(interpreter) ||
	       (metal && pep440_satisfies(plugin, metal));
}

static bool is_beyond(const struct advice *a, const char *version)
{
	const char *newest =
		json_string_value(json_object_get(json_array_get(rows(a), 0), "newest"));

	return version && newest && !column(a, version, "python") &&
	       pep440_compare_text(version, newest) > 0;
}

/* What stands beside TensorFlow and is outside of what its release asks for. */
static void add_beside(const struct advice *a, const json_t *interpreter, struct str *out)
{
	static const struct {
		const char *package, *columns[2];
	} companions[] = {
		{"keras", {"keras", NULL}},
		{"numpy", {"numpy", NULL}},
		{"protobuf", {"protobuf_from", "protobuf_below"}},
	};
	const char *version = fact_get_string(interpreter, "tensorflow.version");

	for (size_t i = 0; i < sizeof(companions) / sizeof(companions[0]); i++) {
		const char *from = column(a, version, companions[i].columns[0]);
		const char *below = companions[i].columns[1]
		                            ? column(a, version, companions[i].columns[1])
		                            : NULL;
		CLEANUP(str_release) struct str path = STR_INIT;
		CLEANUP(str_release) struct str range = STR_INIT;

		str_addf(&path, "packages.%s.version", companions[i].package);
		str_addf(&range, "%s%s%s", from ? from : "", below ? "," : "",
		         below ? below : "");
		const char *installed = fact_get_string(interpreter, path.data);

		if (installed && pep440_specifiers_valid(range.data) &&
		    !pep440_satisfies(installed, range.data))
			str_addf(out, " \"%s%s\"", companions[i].package, range.data);
	}
}

/* --- the choice --------------------------------------------------------------------- */

/* MANAGED: pip refuses to install into this Python (PEP 668), but environments may be
 * made of it. */
static void choose_version(const struct advice *a, const json_t *report, bool metal,
                           bool managed, struct choice *c)
{
	const char *kind = metal ? "metal" : "cpu";
	const char *version = c->native ? newest_for(a, report, c->python, metal) : NULL;

	c->what = version && !managed ? CHOICE_INSTALL : CHOICE_NEW;
	if (!version) {
		c->python = recommended(a, kind, "python");
		version = newest_for(a, report, c->python, metal);
	}
	c->tensorflow = version ? version : recommended(a, kind, "tensorflow");
	c->plugin = metal ? column(a, c->tensorflow, "metal_best") : NULL;
}

static void add_packages(const struct advice *a, const json_t *report, struct choice *c)
{
	const char *platform = platform_column(report);
	const char *package = platform ? column(a, c->tensorflow, platform) : NULL;

	str_addf(&c->packages, " \"%s==%s\"",
	         text_equal(package, "tensorflow-macos") ? package : "tensorflow",
	         c->tensorflow);
	if (c->plugin)
		str_addf(&c->packages, " \"tensorflow-metal==%s\"", c->plugin);
	str_add(&c->packages, c->beside.data);
}

static void choose(const struct advice *a, const json_t *report,
                   const json_t *interpreter, bool metal, struct choice *c)
{
	const char *version = fact_get_string(interpreter, "tensorflow.version");
	bool managed = false;

	fact_get_bool(interpreter, "externally_managed", &managed);
	*c = (struct choice){.native = is_native(report, interpreter),
	                     .python = fact_get_string(interpreter, "version"),
	                     .packages = STR_INIT,
	                     .beside = STR_INIT};
	if (c->native && c->python && is_whole(interpreter) &&
	    (fits(a, interpreter) || is_beyond(a, version))) {
		c->tensorflow = version;
		c->plugin = metal ? fact_get_string(interpreter, "plugin.version") : NULL;
		add_beside(a, interpreter, &c->beside);
		c->what = is_beyond(a, version) ? CHOICE_UNKNOWN
		          : c->beside.len > 0   ? CHOICE_COMPLETE
		                                : CHOICE_KEEP;
	} else {
		choose_version(a, report, metal, managed, c);
	}
	add_packages(a, report, c);
}

/* --- command lines ------------------------------------------------------------------ */

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

	if (c->what == CHOICE_NEW || !path) {
		str_add(&s, "python");
		add_minor(c->python, &s);
		str_add(&s, " -m venv ~/tensorflow");
		json_array_append_new(list, command(&s));
		str_add(&s, "~/tensorflow/bin/python");
	} else {
		add_word(path, &s);
	}
	str_add(&s, " -m pip install --upgrade");
	str_add(&s, c->packages.data);
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
	str_add(&s, c->packages.data);
	json_array_append_new(list, command(&s));
	return list;
}

static json_t *uv_commands(const struct choice *c, const char *path)
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

static void add_sentence(const struct advice *a, const struct choice *c, bool metal,
                         struct str *out)
{
	switch (c->what) {
	case CHOICE_KEEP:
		str_addf(out,
		         "Keep TensorFlow %s with this Python: they belong together.",
		         c->tensorflow);
		break;
	case CHOICE_UNKNOWN:
		str_addf(
			out,
			"TensorFlow %s is newer than what is known here (%s); nothing is "
			"known against it.",
			c->tensorflow,
			json_string_value(json_object_get(a->matrix, "date")));
		break;
	case CHOICE_COMPLETE:
		str_addf(out, "Keep Python %s and TensorFlow %s, and install beside it:",
		         c->python, c->tensorflow);
		for (const char *p = c->beside.data; *p; p++)
			if (*p != '"')
				str_add_char(out, *p);
		str_add_char(out, '.');
		break;
	case CHOICE_INSTALL:
		str_addf(out, "Keep Python %s and install TensorFlow %s%s", c->python,
		         c->tensorflow, c->plugin ? ", " : ".");
		break;
	case CHOICE_NEW:
		str_addf(out, "Make %s environment with Python %s and TensorFlow %s%s",
		         c->native ? "an" : "a native", c->python, c->tensorflow,
		         c->plugin ? ", " : ".");
		break;
	}
	if (c->plugin && c->what >= CHOICE_INSTALL)
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
	struct choice c;
	json_t *out = json_object(), *commands = json_object();
	bool keep;

	choose(a, report, interpreter, metal, &c);
	keep = c.what == CHOICE_KEEP || c.what == CHOICE_UNKNOWN;
	add_sentence(a, &c, metal, &sentence);
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
	str_release(&c.packages);
	str_release(&c.beside);
	return out;
}
