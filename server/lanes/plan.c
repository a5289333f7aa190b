/* SPDX-License-Identifier: MIT */
/* The parts of a plan that several lanes share. */
#include "plan.h"

#include <stdarg.h>

#include "trilane/platform.h"

#include "trilane/banned.h"

const char *other_arch(const char *arch)
{
	return text_equal(arch, "arm64") ? "x86_64" : "arm64";
}

const char *host_arch(const struct lane_host *host)
{
	return host->translated ? other_arch(host->arch) : host->arch;
}

void plan_refuse(struct lane_plan *plan, const char *finding, const char *remedy,
                 const char *reason, ...)
{
	va_list args;
	plan->possible = false;
	plan->finding = finding;
	str_clear(&plan->reason);
	str_clear(&plan->remedy);
	va_start(args, reason);
	str_addv(&plan->reason, reason, args);
	va_end(args);
	str_add(&plan->remedy, remedy ? remedy : "");
}

bool plan_image(struct lane_plan *plan, const struct lane_host *host, const char *arch)
{
	const char *os = text_equal(host->os, TRILANE_OS_MACOS) ? "macos" : "linux";
	strlist_addf(&plan->images, "trilane-worker-%s-%s", os, arch);
	if (embedded_find(host->images, host->image_count, plan->images.items[0]))
		return true;
	plan_refuse(plan, NULL,
	            "Build trilane where a cross compiler for that architecture is "
	            "installed, or use a release.",
	            "This build of trilane carries no worker for %s.", arch);
	return false;
}
