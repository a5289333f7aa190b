/* SPDX-License-Identifier: MIT */
/* The machine, a line a subject.  What is not known is left out: --json says why. */
#include <inttypes.h>

#include "page.h"
#include "trilane/cleanup.h"
#include "trilane/facts.h"

#include "trilane/banned.h"

static void add_bytes(struct str *text, json_int_t bytes, const char *what)
{
	CLEANUP(str_release) struct str part = STR_INIT;

	str_addf(&part, "%.1f GiB%s%s", (double)bytes / 1073741824.0, *what ? " " : "",
	         what);
	page_comma(text, part.data);
}

static void system_line(struct page *p)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	const char *pretty = page_fact(p, "machine.os.pretty_name");

	page_comma(&text, pretty ? pretty : page_fact(p, "machine.os.name"));
	if (!pretty && page_fact(p, "machine.os.version")) {
		str_add_char(&text, ' ');
		page_add_text(&text, page_fact(p, "machine.os.version"));
	}
	if (page_fact(p, "machine.os.build")) {
		str_add(&text, " (");
		page_add_text(&text, page_fact(p, "machine.os.build"));
		str_add_char(&text, ')');
	}
	if (page_fact(p, "machine.kernel")) {
		str_add(&text, ", kernel ");
		page_add_text(&text, page_fact(p, "machine.kernel"));
	}
	page_line(p, "System", text.data);
}

static void model_line(struct page *p)
{
	CLEANUP(str_release) struct str text = STR_INIT;

	page_comma(&text, page_fact(p, "machine.model_name"));
	page_comma(&text, page_fact(p, "machine.model"));
	if (text.len > 0)
		page_line(p, "Model", text.data);
}

/* "10 cores: 6 Performance, 4 Efficiency" */
static void add_cores(struct page *p, struct str *text)
{
	const json_t *levels = fact_get(p->report, "machine.cores.levels");
	json_int_t total;
	const json_t *level;
	size_t i;

	if (!fact_get_integer(p->report, "machine.cores.total", &total))
		return;
	str_addf(text, ", %" PRIdMAX " core%s", (intmax_t)total, total == 1 ? "" : "s");
	json_array_foreach(levels, i, level)
	{
		const char *name = json_string_value(json_object_get(level, "name"));

		str_addf(text, "%s %" PRIdMAX " ", i == 0 ? ":" : ",",
		         (intmax_t)json_integer_value(json_object_get(level, "count")));
		page_add_text(text, name ? name : "?");
	}
}

static void chip_line(struct page *p)
{
	CLEANUP(str_release) struct str text = STR_INIT;

	page_comma(&text, page_fact(p, "machine.chip") ? page_fact(p, "machine.chip")
	                                               : "unknown processor");
	page_comma(&text, page_fact(p, "machine.arch"));
	add_cores(p, &text);
	page_line(p, "Processor", text.data);
}

static void isa_line(struct page *p)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	const json_t *isa = fact_get(p->report, "machine.isa");
	const json_t *name;
	size_t i;

	json_array_foreach(isa, i, name)
	{
		if (i > 0)
			str_add_char(&text, ' ');
		page_add_text(&text, json_string_value(name));
	}
	if (text.len > 0)
		page_line(p, "Instructions", text.data);
}

static void memory_line(struct page *p)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	const char *pressure = page_fact(p, "machine.memory.pressure");
	json_int_t bytes;

	if (fact_get_integer(p->report, "machine.memory.total_bytes", &bytes))
		add_bytes(&text, bytes, "");
	if (fact_get_integer(p->report, "machine.memory.limit_bytes", &bytes))
		add_bytes(&text, bytes, "allowed here");
	if (fact_get_integer(p->report, "machine.memory.available_bytes", &bytes))
		add_bytes(&text, bytes, "available");
	if (fact_get_integer(p->report, "machine.memory.swap_used_bytes", &bytes) &&
	    bytes > 0)
		add_bytes(&text, bytes, "swapped out");
	if (pressure && !text_equal(pressure, "normal")) {
		page_comma(&text, "pressure: ");
		str_add(&text, pressure);
	}
	page_line(p, "Memory", text.len > 0 ? text.data : "unknown");
	if (!text_equal(page_fact(p, "machine.memory.benchmark.state"), "fits") &&
	    page_fact(p, "machine.memory.benchmark.sentence"))
		page_line(p, "Benchmark",
		          page_fact(p, "machine.memory.benchmark.sentence"));
}

static void gpu_line(struct page *p, const json_t *gpu)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	json_int_t cores = json_integer_value(json_object_get(gpu, "cores"));
	const char *name = json_string_value(json_object_get(gpu, "name"));
	const char *api = json_string_value(json_object_get(gpu, "api"));

	page_comma(&text, name ? name : "unnamed");
	if (cores > 0)
		str_addf(&text, ", %" PRIdMAX " cores", (intmax_t)cores);
	page_comma(&text, api ? api : "no driver that a benchmark can use");
	page_comma(&text, json_string_value(json_object_get(gpu, "api_version")));
	page_comma(&text, json_string_value(json_object_get(gpu, "family")));
	page_line(p, "GPU", text.data);
}

static void gpu_lines(struct page *p)
{
	const json_t *gpus = fact_get(p->report, "machine.gpus");
	const json_t *gpu;
	size_t i;

	json_array_foreach(gpus, i, gpu) gpu_line(p, gpu);
	if (json_array_size(gpus) == 0)
		page_line(p, "GPU", "none found");
}

static void translator_line(struct page *p)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	const char *kind = page_fact(p, "machine.translator.kind");
	bool installed = false, avx = false, advertised = false, translated = false;

	fact_get_bool(p->report, "machine.translator.installed", &installed);
	fact_get_bool(p->report, "machine.translated", &translated);
	if (!kind)
		return;
	page_comma(&text, text_equal(kind, "rosetta")         ? "Rosetta 2"
	                  : text_equal(kind, "rosetta-linux") ? "Rosetta for Linux"
	                                                      : kind);
	page_comma(&text, installed ? "installed" : "not installed");
	if (installed && fact_get_bool(p->report, "machine.translator.avx", &avx)) {
		fact_get_bool(p->report, "machine.translator.avx_advertised",
		              &advertised);
		page_comma(&text, !avx ? "without AVX"
		                  : advertised
		                          ? "with AVX"
		                          : "with AVX, which programs are not told of");
	}
	if (translated)
		page_comma(&text, "this program runs under it");
	page_line(p, "Translator", text.data);
}

static void place_line(struct page *p)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	const char *container = page_fact(p, "machine.container.kind");
	const char *guest = page_fact(p, "machine.virtual.kind");

	if (container) {
		page_comma(&text, "container: ");
		page_add_text(&text, container);
	}
	if (guest) {
		page_comma(&text, "virtual machine: ");
		page_add_text(&text, guest);
	}
	if (text.len > 0)
		page_line(p, "Runs in", text.data);
}

static void power_line(struct page *p)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	const char *source = page_fact(p, "machine.power.source");
	const char *mode = page_fact(p, "machine.power.mode");
	const char *thermal = page_fact(p, "machine.thermal.state");
	json_int_t percent;

	page_comma(&text, text_equal(source, "ac")    ? "mains"
	                  : text_equal(source, "ups") ? "UPS"
	                                              : source);
	if (fact_get_integer(p->report, "machine.power.battery_percent", &percent))
		str_addf(&text, ", %" PRIdMAX " %%", (intmax_t)percent);
	if (mode)
		str_addf(&text, "%spower mode %s", text.len > 0 ? ", " : "", mode);
	if (thermal)
		str_addf(&text, "%sheat: %s", text.len > 0 ? ", " : "", thermal);
	if (text.len > 0)
		page_line(p, "Power", text.data);
}

static void cuda_line(struct page *p)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	const char *driver = page_fact(p, "machine.cuda.driver");
	bool hybrid = false;

	fact_get_bool(p->report, "machine.cuda.hybrid", &hybrid);
	if (driver) {
		page_comma(&text, "driver ");
		page_add_text(&text, driver);
	} else if (hybrid) {
		page_comma(&text, "traces of it, but no driver: nothing can use it here");
	}
	if (text.len > 0)
		page_line(p, "CUDA", text.data);
}

static void tool_line(struct page *p, const char *label, const json_t *tool,
                      const char *place, const char *const details[2])
{
	CLEANUP(str_release) struct str text = STR_INIT;

	page_comma(&text, json_string_value(json_object_get(tool, place)));
	for (size_t i = 0; i < 2 && details[i]; i++)
		page_comma(&text, json_string_value(json_object_get(tool, details[i])));
	if (text.len > 0)
		page_line(p, label, text.data);
}

static void tool_lines(struct page *p)
{
	static const char *const conda[2] = {"version", "subdir"};
	static const char *const brew[2] = {"arch", NULL};
	static const char *const uv[2] = {"version", NULL};
	const json_t *tool;
	size_t i;

	json_array_foreach(fact_get(p->report, "machine.tools.condas"), i, tool)
		tool_line(p, "conda", tool, "path", conda);
	json_array_foreach(fact_get(p->report, "machine.tools.homebrews"), i, tool)
		tool_line(p, "Homebrew", tool, "prefix", brew);
	tool_line(p, "uv", fact_get(p->report, "machine.tools.uv"), "path", uv);
	tool_line(p, "pyenv", fact_get(p->report, "machine.tools.pyenv"), "root", uv);
}

void page_machine(struct page *p)
{
	page_heading(p, "Machine");
	system_line(p);
	model_line(p);
	chip_line(p);
	isa_line(p);
	memory_line(p);
	gpu_lines(p);
	translator_line(p);
	place_line(p);
	power_line(p);
	cuda_line(p);
	tool_lines(p);
}
