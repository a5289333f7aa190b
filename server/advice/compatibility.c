/* SPDX-License-Identifier: MIT */
/*
 * The matrix and what it recommends.  Which versions go together is data
 * (compatibility.json), so a new release is a change of data; here is only how a row is
 * chosen for an interpreter.  The command lines that follow are choice.c's.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "choice.h"
#include "platform.h"
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
	const struct platform *p = platform_of(report);

	return p ? p->column : NULL;
}

/* What a row says of a platform where it says something of its own, else what it says. */
static const char *of_row(const json_t *row, const char *platform, const char *name)
{
	CLEANUP(str_release) struct str own = STR_INIT;

	str_addf(&own, "%s_%s", platform ? platform : "", name);
	const char *text = json_string_value(json_object_get(row, own.data));
	return text ? text : json_string_value(json_object_get(row, name));
}

/* Has the row wheels that this machine's system takes, whatever the Python? */
static bool row_suits(const json_t *row, const json_t *report, bool metal)
{
	const char *platform = platform_column(report);
	const char *version = fact_get_string(report, "machine.os.version");
	const char *from = platform ? of_row(row, platform, "os") : NULL;
	struct pep440 parsed;

	if (metal && !json_object_get(row, "metal_best"))
		return false;
	if (from && version && pep440_parse(version, &parsed) &&
	    !pep440_satisfies(version, from))
		return false;
	return !platform || !text_equal(of_row(row, NULL, platform), "no");
}

/* Is PYTHON of SERIES, N bytes ("3.12")? */
static bool is_of_series(const char *python, const char *series, size_t n)
{
	return n > 0 && !strncmp(python, series, n) && (python[n] == '.' || !python[n]);
}

/* Is PYTHON of the first series that RANGE (">=3.7,<3.11") allows? */
static bool is_first(const char *python, const char *range)
{
	const char *first = range + strcspn(range, "0123456789");

	return is_of_series(python, first, strcspn(first, ","));
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
		const char *range = of_row(row, platform, "python");
		const char *early = of_row(row, NULL, "newest_first");

		if (!python || !range || !row_suits(row, report, metal) ||
		    !pep440_satisfies(python, range))
			continue;
		return early && is_first(python, range) ? early
		                                        : of_row(row, platform, "newest");
	}
	return NULL;
}

/* The newest Python of the newest release that this machine's system takes: "3.10" of
 * ">=3.8,<3.11".  False if the system takes none. */
static bool newest_python(const struct advice *a, const json_t *report, bool metal,
                          char out[8])
{
	const char *platform = platform_column(report);
	const json_t *row;
	size_t i;

	json_array_foreach(rows(a), i, row)
	{
		const char *range = of_row(row, platform, "python");
		const char *end = range ? strstr(range, "<3.") : NULL;
		long minor = end ? strtol(end + 3, NULL, 10) : 0;

		if (minor < 2 || minor > 99 || !row_suits(row, report, metal))
			continue;
		snprintf(out, 8, "3.%ld", minor - 1);
		return true;
	}
	return false;
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

/* Packages do not belong into this Python, but environments may be made of it: pip
 * refuses (PEP 668), it is the system's, or conda's own. */
static bool is_managed(const json_t *report, const json_t *interpreter)
{
	const char *kind = fact_get_string(interpreter, "kind");
	const char *distribution = fact_get_string(interpreter, "distribution");
	const char *path = fact_get_string(interpreter, "path");
	bool managed = false;

	fact_get_bool(interpreter, "externally_managed", &managed);
	if (text_equal(kind, "system"))
		managed =
			managed ||
			text_equal(fact_get_string(report, "machine.os.name"), "macOS") ||
			text_equal(distribution, "guix") ||
			text_equal(distribution, "nix") ||
			(path && text_starts(path, "/usr/bin/"));
	return managed || (text_equal(kind, "conda") &&
	                   text_equal(fact_get_string(interpreter, "name"), "base"));
}

/* Of two Pythons that will do: the recommended one, else the later. */
static bool is_better(const char *python, const char *than, const char *recommended)
{
	size_t n = recommended ? strlen(recommended) : 0;

	if (!than || is_of_series(than, recommended, n))
		return !than;
	return is_of_series(python, recommended, n) ||
	       pep440_compare_text(python, than) > 0;
}

const json_t *choice_base(const struct advice *a, const json_t *report, bool metal,
                          bool newest)
{
	const char *wanted = recommended(a, metal ? "metal" : "cpu", "python");
	const char *best = newest_for(a, report, wanted, metal);
	const json_t *one, *found = NULL;
	size_t i;

	json_array_foreach(json_object_get(report, "interpreters"), i, one)
	{
		const char *python = fact_get_string(one, "version");
		const char *version = newest_for(a, report, python, metal);

		if (version && interpreter_is_base(report, one) &&
		    (!newest || !best || text_equal(version, best)) &&
		    is_better(python, fact_get_string(found, "version"), wanted))
			found = one;
	}
	return found;
}

static void choose_version(const struct advice *a, const json_t *report,
                           const json_t *interpreter, bool metal, struct choice *c)
{
	const char *kind = metal ? "metal" : "cpu";
	bool usable = c->native && interpreter_takes_wheels(interpreter) &&
	              !interpreter_is_gone(interpreter);
	const char *version = usable ? newest_for(a, report, c->python, metal) : NULL;

	c->own = version != NULL;
	c->what =
		c->own && !is_managed(report, interpreter) ? CHOICE_INSTALL : CHOICE_NEW;
	if (!version) {
		const char *here =
			fact_get_string(choice_base(a, report, metal, true), "version");

		c->python = here ? here : recommended(a, kind, "python");
		version = newest_for(a, report, c->python, metal);
	}
	if (!version && newest_python(a, report, metal, c->other_python)) {
		c->python = c->other_python;
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

static bool is_32_bit(const json_t *interpreter)
{
	return fact_has_string(interpreter, "archs", "arm") ||
	       fact_has_string(interpreter, "archs", "i386") ||
	       fact_has_string(interpreter, "archs", "x32");
}

const char *choice_obstacle(const json_t *report, const json_t *interpreter)
{
	bool linux = text_equal(fact_get_string(report, "machine.os.name"), "Linux");
	bool translated = false;

	fact_get_bool(report, "machine.translated", &translated);
	const char *arch = fact_get_string(report, "machine.arch");

	if (arch && !text_equal(arch, "arm64") && !text_equal(arch, "x86_64"))
		return "TensorFlow has no builds for this processor: take an x86-64 or "
		       "64-bit Arm machine.";
	if (linux && is_32_bit(interpreter))
		return "TensorFlow has no builds for 32-bit Pythons: take a 64-bit one, "
		       "or the system's 64-bit edition.";
	if (text_equal(fact_get_string(interpreter, "libc"), "musl") ||
	    (text_equal(fact_get_string(report, "machine.os.distribution"), "alpine") &&
	     text_equal(fact_get_string(interpreter, "kind"), "system")))
		return "TensorFlow's builds need glibc, and this system has musl: take "
		       "an image or a machine with glibc.";
	if (text_equal(arch, "x86_64") &&
	    json_array_size(fact_get(report, "machine.isa")) > 0 &&
	    !fact_has_string(report, "machine.isa", "avx"))
		return "TensorFlow's builds need AVX, which this processor does not "
		       "offer: take another machine.";
	if (linux && translated)
		return "This system itself runs translated: take an image for the "
		       "machine's own processor.";
	return NULL;
}

/* TensorFlow's version is right: what is there to do? */
static void choose_beside(const struct advice *a, const json_t *interpreter, bool metal,
                          struct choice *c)
{
	bool broken = text_equal(fact_get_string(interpreter, "verdict.state"), "broken");

	c->tensorflow = fact_get_string(interpreter, "tensorflow.version");
	c->plugin = metal ? fact_get_string(interpreter, "plugin.version") : NULL;
	add_beside(a, interpreter, &c->beside);
	c->what = is_beyond(a, c->tensorflow) ? CHOICE_UNKNOWN
	          : c->beside.len > 0         ? CHOICE_COMPLETE
	          : broken                    ? CHOICE_MEND
	                                      : CHOICE_KEEP;
}

static void choose(const struct advice *a, const json_t *report,
                   const json_t *interpreter, bool metal, struct choice *c)
{
	const char *version = fact_get_string(interpreter, "tensorflow.version");

	*c = (struct choice){.native = interpreter_is_native(report, interpreter),
	                     .python = fact_get_string(interpreter, "version"),
	                     .why = choice_obstacle(report, interpreter),
	                     .packages = STR_INIT,
	                     .beside = STR_INIT};
	if (c->native && !interpreter_is_gone(interpreter) && c->python &&
	    is_whole(interpreter) && (fits(a, interpreter) || is_beyond(a, version)))
		choose_beside(a, interpreter, metal, c);
	else
		choose_version(a, report, interpreter, metal, c);
	if (c->why && c->what != CHOICE_KEEP && c->what != CHOICE_UNKNOWN)
		c->what = CHOICE_ELSEWHERE;
	add_packages(a, report, c);
}

/* What is to be installed, and where. */
static void add_change(const struct choice *c, struct str *out)
{
	if (c->what == CHOICE_COMPLETE) {
		str_addf(out, "Keep Python %s and TensorFlow %s, and install beside it:",
		         c->python, c->tensorflow);
		for (const char *p = c->beside.data; *p; p++)
			if (*p != '"')
				str_add_char(out, *p);
		str_add_char(out, '.');
		return;
	}
	if (c->what == CHOICE_INSTALL)
		str_addf(out, "Keep Python %s and install TensorFlow %s", c->python,
		         c->tensorflow);
	else
		str_addf(out, "Make %s environment with Python %s and TensorFlow %s",
		         c->native ? "an" : "a native", c->python, c->tensorflow);
	if (c->plugin)
		str_addf(out, ", with tensorflow-metal %s if you need the GPU",
		         c->plugin);
	str_add_char(out, '.');
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
	case CHOICE_MEND:
		str_addf(out,
		         "TensorFlow %s is right for this Python: put right what the "
		         "findings name.",
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
	case CHOICE_ELSEWHERE:
		str_add(out, c->why);
		return;
	case CHOICE_COMPLETE:
	case CHOICE_INSTALL:
	case CHOICE_NEW:
		add_change(c, out);
		break;
	}
	if (metal)
		str_add(out,
		        " For small models the processor is often faster than the GPU.");
}

json_t *advice_recommendation(const struct advice *a, const json_t *report,
                              const json_t *interpreter)
{
	CLEANUP(str_release) struct str sentence = STR_INIT;
	bool metal = wants_metal(report, interpreter);
	struct choice c;
	json_t *out = json_object(), *commands = json_object();
	bool keep;

	choose(a, report, interpreter, metal, &c);
	keep = c.what < CHOICE_ELSEWHERE;
	add_sentence(a, &c, metal, &sentence);
	json_object_set_new(out, "keep", json_boolean(keep));
	json_object_set_new(out, "sentence", fact_text(sentence.data, sentence.len));
	json_object_set_new(out, "python", json_string(c.python));
	json_object_set_new(out, "tensorflow", json_string(c.tensorflow));
	json_object_set_new(out, "plugin",
	                    c.plugin ? json_string(c.plugin) : json_null());
	if (c.what > CHOICE_ELSEWHERE) {
		json_t *pip = choice_pip_commands(&c, report, interpreter);

		if (json_array_size(pip) > 0)
			json_object_set(commands, "pip", pip);
		json_decref(pip);
		json_object_set_new(commands, "conda", choice_conda_commands(&c, report));
		json_object_set_new(
			commands, "uv",
			choice_uv_commands(&c, fact_get_string(interpreter, "path")));
	}
	json_object_set_new(out, "commands", commands);
	str_release(&c.packages);
	str_release(&c.beside);
	return out;
}
