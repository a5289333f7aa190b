/* SPDX-License-Identifier: MIT */
/*
 * The tools that install Pythons and packages.  None of them is run: versions are read
 * from the files that each leaves beside itself.
 */
#include "tools.h"
#include "../../probe.h"

#include "trilane/banned.h"

void probe_tools(struct source *s, json_t *report)
{
	tool_conda(s, report);
	tool_homebrew(s, report);
	tool_pip(s, report);
	tool_uv(s, report);
	tool_pyenv(s, report);
}
