/* SPDX-License-Identifier: MIT */
/*
 * The report as a page for a terminal: the machine, then each interpreter.  All text of
 * the machine goes through add_text(), which takes control characters out, so that a
 * package's name cannot drive the terminal.  What is not known is left out: --json
 * has it with the reason.
 */
#include <inttypes.h>
#include <string.h>

#include "report_page.h"
#include "trilane/cleanup.h"
#include "trilane/facts.h"

#include "trilane/banned.h"

enum { COLUMNS = 80, LABEL_WIDTH = 14, LINE_INDENT = 2 };

enum style { STYLE_BOLD, STYLE_DIM, STYLE_RED, STYLE_GREEN, STYLE_YELLOW };

struct page {
	const json_t *report;
	bool colour;
	struct str *out;
};

static void add_text(struct str *out, const char *text)
{
	size_t start = out->len;

	str_add_utf8(out, text, strlen(text));
	for (size_t i = start; i < out->len; i++)
		if (out->data[i] == '\n' || out->data[i] == '\t')
			out->data[i] = ' ';
}

static void styled(struct page *p, enum style style, const char *text)
{
	static const char *const codes[] = {"1", "2", "31", "32", "33"};

	if (p->colour)
		str_addf(p->out, "\033[%sm", codes[style]);
	add_text(p->out, text);
	if (p->colour)
		str_add(p->out, "\033[0m");
}

/* Characters, of UTF-8: continuation bytes do not count. */
static size_t width(const char *text, size_t n)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		count += ((unsigned char)text[i] & 0xc0) != 0x80;
	return count;
}

/* TEXT from column INDENT on, where the line stands already, wrapped at COLUMNS. */
static void wrap(struct page *p, const char *text, size_t indent)
{
	size_t column = indent;

	while (*text) {
		size_t n = strcspn(text, " ");
		size_t w = width(text, n);

		if (column > indent && column + 1 + w > COLUMNS) {
			str_addf(p->out, "\n%*s", (int)indent, "");
			column = indent;
		} else if (column > indent) {
			str_add_char(p->out, ' ');
			column++;
		}
		str_add_n(p->out, text, n);
		column += w;
		text += n;
		text += strspn(text, " ");
	}
	str_add_char(p->out, '\n');
}

static void heading(struct page *p, const char *title)
{
	str_add_char(p->out, '\n');
	styled(p, STYLE_BOLD, title);
	str_add_char(p->out, '\n');
}

/* "  Label         text…" */
static void line(struct page *p, const char *label, const char *text)
{
	str_addf(p->out, "%*s", LINE_INDENT, "");
	styled(p, STYLE_DIM, label);
	str_addf(p->out, "%*s", LABEL_WIDTH - (int)strlen(label), "");
	wrap(p, text, LINE_INDENT + LABEL_WIDTH);
}

static const char *text_at(const struct page *p, const char *path)
{
	return fact_get_string(p->report, path);
}

static void comma(struct str *text, const char *part)
{
	if (!part || !*part)
		return;
	if (text->len > 0)
		str_add(text, ", ");
	add_text(text, part);
}

static void add_bytes(struct str *text, json_int_t bytes, const char *what)
{
	CLEANUP(str_release) struct str part = STR_INIT;

	str_addf(&part, "%.1f GiB%s%s", (double)bytes / 1073741824.0, *what ? " " : "",
	         what);
	comma(text, part.data);
}

static void system_line(struct page *p)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	const char *pretty = text_at(p, "machine.os.pretty_name");

	comma(&text, pretty ? pretty : text_at(p, "machine.os.name"));
	if (!pretty && text_at(p, "machine.os.version")) {
		str_add_char(&text, ' ');
		add_text(&text, text_at(p, "machine.os.version"));
	}
	if (text_at(p, "machine.os.build")) {
		str_add(&text, " (");
		add_text(&text, text_at(p, "machine.os.build"));
		str_add_char(&text, ')');
	}
	if (text_at(p, "machine.kernel")) {
		str_add(&text, ", kernel ");
		add_text(&text, text_at(p, "machine.kernel"));
	}
	line(p, "System", text.data);
}

static void model_line(struct page *p)
{
	CLEANUP(str_release) struct str text = STR_INIT;

	comma(&text, text_at(p, "machine.model_name"));
	comma(&text, text_at(p, "machine.model"));
	if (text.len > 0)
		line(p, "Model", text.data);
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
		add_text(text, name ? name : "?");
	}
}

static void chip_line(struct page *p)
{
	CLEANUP(str_release) struct str text = STR_INIT;

	comma(&text, text_at(p, "machine.chip") ? text_at(p, "machine.chip")
	                                        : "unknown processor");
	comma(&text, text_at(p, "machine.arch"));
	add_cores(p, &text);
	line(p, "Processor", text.data);
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
		add_text(&text, json_string_value(name));
	}
	if (text.len > 0)
		line(p, "Instructions", text.data);
}

static void memory_line(struct page *p)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	const char *pressure = text_at(p, "machine.memory.pressure");
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
		comma(&text, "pressure: ");
		str_add(&text, pressure);
	}
	line(p, "Memory", text.len > 0 ? text.data : "unknown");
	if (!text_equal(text_at(p, "machine.memory.benchmark.state"), "fits") &&
	    text_at(p, "machine.memory.benchmark.sentence"))
		line(p, "Benchmark", text_at(p, "machine.memory.benchmark.sentence"));
}

static void gpu_line(struct page *p, const json_t *gpu)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	json_int_t cores = json_integer_value(json_object_get(gpu, "cores"));
	const char *name = json_string_value(json_object_get(gpu, "name"));
	const char *api = json_string_value(json_object_get(gpu, "api"));

	comma(&text, name ? name : "unnamed");
	if (cores > 0)
		str_addf(&text, ", %" PRIdMAX " cores", (intmax_t)cores);
	comma(&text, api ? api : "no driver that a benchmark can use");
	comma(&text, json_string_value(json_object_get(gpu, "api_version")));
	comma(&text, json_string_value(json_object_get(gpu, "family")));
	line(p, "GPU", text.data);
}

static void gpu_lines(struct page *p)
{
	const json_t *gpus = fact_get(p->report, "machine.gpus");
	const json_t *gpu;
	size_t i;

	json_array_foreach(gpus, i, gpu) gpu_line(p, gpu);
	if (json_array_size(gpus) == 0)
		line(p, "GPU", "none found");
}

static void translator_line(struct page *p)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	const char *kind = text_at(p, "machine.translator.kind");
	bool installed = false, avx = false, advertised = false, translated = false;

	fact_get_bool(p->report, "machine.translator.installed", &installed);
	fact_get_bool(p->report, "machine.translated", &translated);
	if (!kind)
		return;
	comma(&text, text_equal(kind, "rosetta")         ? "Rosetta 2"
	             : text_equal(kind, "rosetta-linux") ? "Rosetta for Linux"
	                                                 : kind);
	comma(&text, installed ? "installed" : "not installed");
	if (installed && fact_get_bool(p->report, "machine.translator.avx", &avx)) {
		fact_get_bool(p->report, "machine.translator.avx_advertised",
		              &advertised);
		comma(&text, !avx         ? "without AVX"
		             : advertised ? "with AVX"
		                          : "with AVX, which programs are not told of");
	}
	if (translated)
		comma(&text, "this program runs under it");
	line(p, "Translator", text.data);
}

static void place_line(struct page *p)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	const char *container = text_at(p, "machine.container.kind");
	const char *guest = text_at(p, "machine.virtual.kind");

	if (container) {
		comma(&text, "container: ");
		add_text(&text, container);
	}
	if (guest) {
		comma(&text, "virtual machine: ");
		add_text(&text, guest);
	}
	if (text.len > 0)
		line(p, "Runs in", text.data);
}

static void power_line(struct page *p)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	const char *source = text_at(p, "machine.power.source");
	const char *mode = text_at(p, "machine.power.mode");
	const char *thermal = text_at(p, "machine.thermal.state");
	json_int_t percent;

	comma(&text, text_equal(source, "ac")    ? "mains"
	             : text_equal(source, "ups") ? "UPS"
	                                         : source);
	if (fact_get_integer(p->report, "machine.power.battery_percent", &percent))
		str_addf(&text, ", %" PRIdMAX " %%", (intmax_t)percent);
	if (mode)
		str_addf(&text, "%spower mode %s", text.len > 0 ? ", " : "", mode);
	if (thermal)
		str_addf(&text, "%sheat: %s", text.len > 0 ? ", " : "", thermal);
	if (text.len > 0)
		line(p, "Power", text.data);
}

static void cuda_line(struct page *p)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	const char *driver = text_at(p, "machine.cuda.driver");
	bool hybrid = false;

	fact_get_bool(p->report, "machine.cuda.hybrid", &hybrid);
	if (driver) {
		comma(&text, "driver ");
		add_text(&text, driver);
	} else if (hybrid) {
		comma(&text, "traces of it, but no driver: nothing can use it here");
	}
	if (text.len > 0)
		line(p, "CUDA", text.data);
}

static void tool_line(struct page *p, const char *label, const json_t *tool,
                      const char *place, const char *const details[2])
{
	CLEANUP(str_release) struct str text = STR_INIT;

	comma(&text, json_string_value(json_object_get(tool, place)));
	for (size_t i = 0; i < 2 && details[i]; i++)
		comma(&text, json_string_value(json_object_get(tool, details[i])));
	if (text.len > 0)
		line(p, label, text.data);
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

static void machine_part(struct page *p)
{
	heading(p, "Machine");
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

static enum style style_of(const char *state)
{
	if (text_equal(state, "ready"))
		return STYLE_GREEN;
	if (text_equal(state, "broken"))
		return STYLE_RED;
	return text_equal(state, "works-with-limits") ? STYLE_YELLOW : STYLE_DIM;
}

/* "3.11.9, arm64, conda; tensorflow 2.16.2, plugin apple 1.1.0" */
static void add_stack(const json_t *python, struct str *text)
{
	const json_t *tensorflow = fact_get(python, "tensorflow");
	const json_t *plugin = fact_get(python, "plugin");
	const json_t *arch;
	size_t i;

	comma(text, fact_get_string(python, "version"));
	json_array_foreach(fact_get(python, "archs"), i, arch)
		comma(text, json_string_value(arch));
	comma(text, fact_get_string(python, "kind"));
	if (tensorflow) {
		const char *package = fact_get_string(tensorflow, "package");
		const char *version = fact_get_string(tensorflow, "version");

		comma(text, package ? package : "tensorflow");
		if (version) {
			str_add_char(text, ' ');
			add_text(text, version);
		}
	}
	if (plugin) {
		const char *version = fact_get_string(plugin, "version");

		comma(text, "Metal plugin");
		if (version) {
			str_add_char(text, ' ');
			add_text(text, version);
		}
	}
}

static void interpreter_part(struct page *p, const json_t *python)
{
	CLEANUP(str_release) struct str path = STR_INIT;
	CLEANUP(str_release) struct str stack = STR_INIT;
	CLEANUP(str_release) struct str sentence = STR_INIT;
	const char *state = fact_get_string(python, "verdict.state");
	const char *said = fact_get_string(python, "verdict.sentence");

	add_text(&path,
	         fact_get_string(python, "path") ? fact_get_string(python, "path") : "?");
	add_stack(python, &stack);
	str_addf(p->out, "%*s", LINE_INDENT, "");
	styled(p, STYLE_BOLD, path.data);
	str_add(p->out, "\n    ");
	wrap(p, stack.data, 4);
	if (!state && !said)
		return;
	str_add(p->out, "    ");
	if (state) {
		styled(p, style_of(state), state);
		str_add(p->out, said ? ": " : "\n");
	}
	if (!said)
		return;
	add_text(&sentence, said);
	str_addf(p->out, "\n    ");
	wrap(p, sentence.data, 4);
}

void report_page(const json_t *report, bool colour, struct str *out)
{
	struct page p = {.report = report, .colour = colour, .out = out};
	const json_t *pythons = fact_get(report, "interpreters");
	const char *sentence = text_at(&p, "verdict.sentence");
	const json_t *python;
	size_t i;

	if (sentence) {
		CLEANUP(str_release) struct str text = STR_INIT;

		add_text(&text, sentence);
		wrap(&p, text.data, 0);
	}
	machine_part(&p);
	heading(&p, "Pythons");
	json_array_foreach(pythons, i, python) interpreter_part(&p, python);
	if (json_array_size(pythons) == 0)
		str_add(out, "  none found\n");
}
