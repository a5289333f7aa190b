/* SPDX-License-Identifier: MIT */
/*
 * requirements.txt: a requirement, an option or a place a line.
 * https://pip.pypa.io/en/stable/reference/requirements-file-format/
 */
#include <ctype.h>
#include <string.h>

#include "requirements.h"
#include "trilane/cleanup.h"
#include "trilane/fs.h"

#include "trilane/banned.h"

/* "-r other.txt", "--index-url=https://…": one word, and one behind it at most. */
static bool is_option(const char *p)
{
	const char *word = p + strcspn(p, " \t=");

	if (p[0] != '-' || (p[1] != '-' && !strchr("rcefi", p[1])) || p[1] == '\0' ||
	    (p[1] == '-' && !islower((unsigned char)p[2])))
		return false;
	word += strspn(word, " \t=");
	return word[strcspn(word, " \t")] == '\0';
}

/* A wheel, an archive, a folder or a repository: nothing with a version to judge. */
static bool is_place(const char *p)
{
	static const char *const starts[] = {"git+",  "hg+",     "svn+",
	                                     "bzr+",  "http://", "https://",
	                                     "file:", "./",      "../"};

	if (p[strcspn(p, " \t")] != '\0')
		return false;
	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
		if (text_starts(p, starts[i]))
			return true;
	return text_equal(p, ".") || text_ends(p, ".whl") || text_ends(p, ".tar.gz");
}

/* A backslash at the end joins the next line. */
static bool read_joined(const char **text, struct str *joined, unsigned *number)
{
	CLEANUP(str_release) struct str line = STR_INIT;
	bool more = true, any = false;

	str_clear(joined);
	while (more && requirements_line(text, &line, number)) {
		any = true;
		more = text_ends(line.data, "\\");
		if (more)
			str_truncate(&line, line.len - 1);
		str_add(joined, line.data);
	}
	str_trim(joined);
	return any;
}

/* Options of one requirement stand behind it: --hash=sha256:… */
static void cut_options(struct str *line)
{
	const char *option = strstr(line->data, " --");

	if (option)
		str_truncate(line, (size_t)(option - line->data));
	str_trim(line);
}

/* The platforms of a wheel's last tag; none is said for wheels that run anywhere. */
static json_t *wheel_platforms(const char *tag)
{
	static const struct {
		const char *os, *processor, *platform;
	} known[] = {
		{"linux", "_aarch64", "linux-arm64"},
		{"linux", "_x86_64", "linux-x86_64"},
		{"macosx", "_arm64", "macos-arm64"},
		{"macosx", "_universal2", "macos-arm64"},
		{"macosx", "_universal2", "macos-x86_64"},
		{"macosx", "_x86_64", "macos-x86_64"},
		{"win", "", "windows"},
	};
	json_t *out = json_array();

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (text_contains(tag, known[i].os) &&
		    text_contains(tag, known[i].processor))
			json_array_append_new(out, json_string(known[i].platform));
	return out;
}

/* NAME-VERSION[-BUILD]-PYTHON-ABI-PLATFORM.whl, a path or an address before it.
 * https://packaging.python.org/en/latest/specifications/binary-distribution-format/ */
static void add_wheel(struct requirement_list *out, const char *place, unsigned line)
{
	CLEANUP(python_requirement_release)
	struct python_requirement r = PYTHON_REQUIREMENT_INIT;
	CLEANUP(strlist_release) struct strlist parts = STRLIST_INIT;
	CLEANUP(str_release) struct str file = STR_INIT;
	size_t known = json_array_size(out->items);

	str_add(&file, fs_base_name(place));
	str_truncate(&file, strcspn(file.data, "#"));
	if (!text_ends(file.data, ".whl"))
		return;
	str_truncate(&file, file.len - strlen(".whl"));
	strlist_split(&parts, file.data, "-");
	if (parts.count < 5 || parts.count > 6)
		return;
	python_normalize_name(parts.items[0], &r.name);
	str_addf(&r.specifiers, "==%s", parts.items[1]);
	if (!pep440_specifiers_valid(r.specifiers.data))
		return;
	requirements_add_parsed(out, &r, place, "wheel", line);
	if (json_array_size(out->items) > known)
		json_object_set_new(json_array_get(out->items, known), "wheel_platforms",
		                    wheel_platforms(parts.items[parts.count - 1]));
}

bool requirements_read_pip(const char *text, struct requirement_list *out)
{
	CLEANUP(str_release) struct str line = STR_INIT;
	unsigned number = 0;

	out->kind = "requirements.txt";
	while (read_joined(&text, &line, &number)) {
		if (line.len == 0 || is_option(line.data))
			continue;
		if (is_place(line.data)) {
			add_wheel(out, line.data, number);
			continue;
		}
		cut_options(&line);
		if (!requirements_add(out, line.data, number))
			return false;
	}
	return true;
}
