/* SPDX-License-Identifier: MIT */
/*
 * requirements.txt: a requirement, an option or a place a line.
 * https://pip.pypa.io/en/stable/reference/requirements-file-format/
 */
#include <ctype.h>
#include <string.h>

#include "requirements.h"
#include "trilane/cleanup.h"

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

bool requirements_read_pip(const char *text, struct requirement_list *out)
{
	CLEANUP(str_release) struct str line = STR_INIT;
	unsigned number = 0;

	out->kind = "requirements.txt";
	while (read_joined(&text, &line, &number)) {
		if (line.len == 0 || is_option(line.data) || is_place(line.data))
			continue;
		cut_options(&line);
		if (!requirements_add(out, line.data, number))
			return false;
	}
	return true;
}
