/* SPDX-License-Identifier: MIT */
/* Package managers: a file each. */
#ifndef PROBES_TOOLS_H
#define PROBES_TOOLS_H

#include "../machine.h"

/* Each sets machine.tools.NAME. */
void tool_conda(struct source *s, json_t *report);
void tool_homebrew(struct source *s, json_t *report);
void tool_pip(struct source *s, json_t *report);
void tool_uv(struct source *s, json_t *report);
void tool_pyenv(struct source *s, json_t *report);

/* The first folder of PATH (of the source), and of the usual ones behind it, that has the
 * file NAME: its path in OUT. */
bool tool_find(struct source *s, const char *name, struct str *out);
/* HOME + "/" + NAME in OUT. */
void tool_home(const struct source *s, const char *name, struct str *out);

#endif
