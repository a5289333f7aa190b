/* SPDX-License-Identifier: MIT */
/*
 * /proc/cpuinfo of x86-64, Arm and RISC-V kernels.  A block of lines "key\t: value" a
 * processor; newer Arm kernels and boards add lines for the machine as a whole
 * ("Hardware", "Model").  What is in the file need not be this process' architecture:
 * under qemu-user it is the host's, under Rosetta for Linux it is made up
 * ("VirtualApple").
 */
#include <stdlib.h>
#include <string.h>

#include "linux.h"
#include "trilane/cleanup.h"
#include "trilane/mem.h"

#include "trilane/banned.h"

void cpuinfo_release(struct cpuinfo *c)
{
	free(c->cpus);
	free(c->vendor);
	free(c->model_name);
	free(c->hardware);
	free(c->flags);
	*c = (struct cpuinfo)CPUINFO_INIT;
}

static void begin_cpu(struct cpuinfo *c, int64_t number)
{
	if (c->count >= CPUINFO_CPUS)
		return;
	c->cpus = array_reserve(c->cpus, &c->capacity, c->count + 1, sizeof(*c->cpus));
	c->cpus[c->count++] = (struct cpuinfo_cpu){.number = number,
	                                           .package = -1,
	                                           .core = -1,
	                                           .implementer = -1,
	                                           .part = -1};
}

static void keep_first(char **slot, const char *value)
{
	if (!*slot && *value)
		*slot = xstrdup(value);
}

/* "0x61", "8", "AArch64". */
static int64_t number_of(const char *text)
{
	char *end;
	long long value = strtoll(text, &end, 0);

	return end != text && *end == '\0' && value >= 0 ? value : -1;
}

static void take_cpu_number(struct cpuinfo *c, const char *key, int64_t number)
{
	struct cpuinfo_cpu *cpu;

	if (c->count == 0)
		return;
	cpu = &c->cpus[c->count - 1];
	if (text_equal(key, "physical id"))
		cpu->package = number;
	else if (text_equal(key, "core id"))
		cpu->core = number;
	else if (text_equal(key, "CPU implementer"))
		cpu->implementer = number;
	else if (text_equal(key, "CPU part"))
		cpu->part = number;
}

/* Which processors' form the file has. */
static void note_family(struct cpuinfo *c, const char *key, const char *value)
{
	if (text_equal(key, "flags"))
		c->is_x86 = true;
	else if (text_equal(key, "CPU implementer"))
		c->is_arm = true;
	else if (text_equal(key, "CPU architecture") && number_of(value) > 0)
		c->arm_version = number_of(value);
	else if (text_equal(key, "isa") && text_starts(value, "rv64"))
		c->is_riscv = true;
}

static void take(struct cpuinfo *c, const char *key, const char *value)
{
	if (text_equal(key, "processor") && number_of(value) >= 0)
		begin_cpu(c, number_of(value));
	else if (text_equal(key, "vendor_id"))
		keep_first(&c->vendor, value);
	else if (text_equal(key, "model name") || text_equal(key, "Processor"))
		keep_first(&c->model_name, value);
	else if (text_equal(key, "Model"))
		keep_first(&c->hardware, value);
	else if (text_equal(key, "cpu cores") && c->cores_per_package == 0)
		c->cores_per_package = number_of(value);
	else if (text_equal(key, "flags") || text_equal(key, "Features"))
		keep_first(&c->flags, value);
	else
		take_cpu_number(c, key, number_of(value));
	note_family(c, key, value);
}

static void take_line(struct cpuinfo *c, const char *line, size_t n)
{
	CLEANUP(str_release) struct str key = STR_INIT;
	CLEANUP(str_release) struct str value = STR_INIT;
	const char *colon = memchr(line, ':', n);

	if (!colon)
		return;
	str_add_n(&key, line, (size_t)(colon - line));
	str_add_n(&value, colon + 1, n - (size_t)(colon - line) - 1);
	str_trim(&key);
	str_trim(&value);
	take(c, key.data, value.data);
}

void cpuinfo_parse(struct cpuinfo *c, const char *text)
{
	const char *line;
	size_t n;

	while ((line = next_line(&text, &n)) != NULL)
		take_line(c, line, n);
	if (c->cores_per_package < 0 || c->cores_per_package > CPUINFO_CPUS)
		c->cores_per_package = 0;
}

bool cpuinfo_read(struct source *s, struct cpuinfo *c)
{
	CLEANUP(str_release) struct str text = STR_INIT;

	if (source_read(s, "/proc/cpuinfo", PROC_FILE_BYTES, &text, NULL) < 0)
		return false;
	str_truncate(&text, strlen(text.data));
	cpuinfo_parse(c, text.data);
	return c->count > 0 || c->flags != NULL || c->model_name != NULL;
}

bool cpuinfo_is_rosetta(const struct cpuinfo *c)
{
	return (c->vendor && strstr(c->vendor, "VirtualApple")) ||
	       (c->model_name && strstr(c->model_name, "VirtualApple"));
}

bool cpuinfo_has(const struct cpuinfo *c, const char *flag)
{
	size_t n = strlen(flag);
	const char *at = c->flags;

	while (at && (at = strstr(at, flag)) != NULL) {
		bool starts = at == c->flags || at[-1] == ' ' || at[-1] == '\t';

		if (starts && (at[n] == '\0' || at[n] == ' ' || at[n] == '\t'))
			return true;
		at += n;
	}
	return false;
}

size_t cpu_list_count(const char *text)
{
	CLEANUP(strlist_release) struct strlist ranges = STRLIST_INIT;
	size_t count = 0;

	strlist_split(&ranges, text, ", \t\r\n");
	for (size_t i = 0; i < ranges.count && i < CPUINFO_CPUS; i++) {
		const char *dash = strchr(ranges.items[i], '-');
		int64_t first, last;

		if (!leading_integer(ranges.items[i], &first))
			continue;
		last = first;
		if (dash && !leading_integer(dash + 1, &last))
			continue;
		if (first >= 0 && last >= first && last < CPUINFO_CPUS)
			count += (size_t)(last - first + 1);
	}
	return count;
}
