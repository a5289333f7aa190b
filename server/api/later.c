/* SPDX-License-Identifier: MIT */
/* Endpoints of modules that are not part of this build. */
#include "private.h"

#include "trilane/banned.h"

#define LATER(name) \
	HANDLER(name) \
	{ \
		(void)context; \
		(void)request; \
		return reply_unavailable(r); \
	}

LATER(get_report_markdown)
LATER(post_diagnoses)
LATER(get_rules)
LATER(get_rule)
LATER(get_compatibility)
