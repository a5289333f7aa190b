/* SPDX-License-Identifier: MIT */
/*
 * Commands: the fixed list of docs/recordings.md and nothing else.  Live, a row's program
 * is run by its absolute path; in a recording its output is the file commands/ARGV.
 */
#include <stdlib.h>
#include <string.h>

#include "source_private.h"
#include "source_recorder.h"
#include "trilane/cleanup.h"
#include "trilane/clock.h"
#include "trilane/proc.h"

#include "trilane/banned.h"

enum { ARGS_MAX = 8 };

static const struct command {
	const char *argv[ARGS_MAX];
	const char *path;
	unsigned deadline_s;
} commands[] = {
	{{"pmset", "-g"}, "/usr/bin/pmset", 5},
	{{"pmset", "-g", "batt"}, "/usr/bin/pmset", 5},
	{{"pmset", "-g", "therm"}, "/usr/bin/pmset", 5},
	{{"sw_vers"}, "/usr/bin/sw_vers", 5},
	{{"system_profiler", "SPHardwareDataType", "SPDisplaysDataType", "-json"},
         "/usr/sbin/system_profiler",
         20},
	{{"uname", "-a"}, "/usr/bin/uname", 5},
	{{"vm_stat"}, "/usr/bin/vm_stat", 5},
};

static bool same_argv(const char *const *a, const char *const *b)
{
	size_t i = 0;

	while (a[i] && b[i] && strcmp(a[i], b[i]) == 0)
		i++;
	return !a[i] && !b[i];
}

static const struct command *find(const char *const *argv)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (same_argv(commands[i].argv, argv))
			return &commands[i];
	return NULL;
}

static void add_file_name(const char *const *argv, struct str *name)
{
	for (size_t i = 0; argv[i]; i++) {
		if (i > 0)
			str_add_char(name, ' ');
		for (const char *c = argv[i]; *c; c++) {
			if (*c == '/')
				str_add(name, "%2F");
			else
				str_add_char(name, *c);
		}
	}
}

static int run_live(const struct command *command, struct str *out, int *exit_code,
                    struct error *err)
{
	CLEANUP(strlist_release) struct strlist env = STRLIST_INIT;
	CLEANUP(proc_output_release) struct proc_output output = PROC_OUTPUT_INIT;
	CLEANUP(str_release) struct str how = STR_INIT;
	struct proc_spec spec = {
		.path = command->path,
		.argv = command->argv,
		.streams = PROC_STDOUT | PROC_STDERR,
		.limits = {.no_core = true},
	};
	int rc;

	proc_clean_environment(&env);
	spec.env = (const char *const *)env.items;
	rc = proc_run(&spec, NULL, 0, command->deadline_s * NS_PER_S,
	              SOURCE_COMMAND_LIMIT, &output, err);
	if (rc < 0)
		return rc;
	str_add_n(out, output.out.data, output.out.len);
	*exit_code = output.end.exited ? output.end.exit_code : -1;
	if (*exit_code == 0)
		return 0;
	proc_describe_end(&output.end, &how);
	return error_set(err, ERROR_FAILED, "%s: %s", command->path, how.data);
}

static int read_recorded(struct source *s, const char *name, struct str *out,
                         int *exit_code, struct error *err)
{
	CLEANUP(str_release) struct str path = STR_INIT;
	CLEANUP(str_release) struct str exit_text = STR_INIT;
	int64_t code = 0;
	int rc;

	str_addf(&path, "/commands/%s", name);
	rc = fs_root_read(&s->dir, path.data, SOURCE_COMMAND_LIMIT, out, err);
	if (rc < 0)
		return rc;
	str_add(&path, ".exit");
	if (fs_root_read(&s->dir, path.data, 64, &exit_text, NULL) < 0)
		return 0;
	str_trim(&exit_text);
	if (!text_to_i64(exit_text.data, &code) || code < -255 || code > 255)
		code = -1;
	*exit_code = (int)code;
	if (code == 0)
		return 0;
	return error_set(err, ERROR_FAILED, "%s: exit code %d", name, *exit_code);
}

/* system_profiler takes its time, and three probes want it. */
static void keep(struct source *s, const char *name, const char *output)
{
	source_table_add(&s->outputs, name, strlen(name), output, strlen(output));
	source_table_sort(&s->outputs);
}

int source_command(struct source *s, const char *const *argv, struct str *out,
                   struct error *err)
{
	CLEANUP(str_release) struct str name = STR_INIT;
	const struct command *command = find(argv);
	const char *cached;
	size_t start = out->len;
	int exit_code = 0;
	int rc;

	add_file_name(argv, &name);
	if (!command)
		BUG("%s is not in the list of commands", name.data);
	cached = source_table_find(&s->outputs, name.data);
	if (cached) {
		str_add(out, cached);
		return 0;
	}
	if (s->os != SOURCE_MACOS)
		return error_set(err, ERROR_UNSUPPORTED, "%s is a command of macOS",
		                 argv[0]);
	rc = s->live ? run_live(command, out, &exit_code, err)
	             : read_recorded(s, name.data, out, &exit_code, err);
	if (s->recorder && (rc == 0 || exit_code != 0))
		recorder_command(s->recorder, name.data, out->data + start,
		                 out->len - start, exit_code);
	if (rc == 0)
		keep(s, name.data, out->data + start);
	return rc;
}
