/* SPDX-License-Identifier: MIT */
/* macOS: no containers, but guests: kern.hv_vmm_present, or a model VirtualMac…. */
#include <string.h>

#include "macos.h"
#include "trilane/cleanup.h"

#include "trilane/banned.h"

static const char *virtual_kind(const char *model, const char *kernel,
                                const char *features)
{
	if ((model && text_starts(model, "VirtualMac")) ||
	    (kernel && strstr(kernel, "VMAPPLE")))
		return "apple-virtualization";
	if (model && text_starts(model, "VMware"))
		return "vmware";
	if (model && text_starts(model, "Parallels"))
		return "parallels";
	if (features && strstr(features, " VMM"))
		return "unknown";
	return NULL;
}

void macos_container(struct source *s, json_t *report)
{
	CLEANUP_FREE char *kernel = sysctl_text(s, "kern.version");
	CLEANUP_FREE char *features = sysctl_text(s, "machdep.cpu.features");
	const char *kind = virtual_kind(machine_text(report, "model"), kernel, features);
	int64_t present = 0;

	machine_absent(report, "container", FACT_NOT_APPLICABLE,
	               "macOS has no containers");
	if (!kind && sysctl_integer(s, "kern.hv_vmm_present", &present) && present == 1)
		kind = "unknown";
	if (kind)
		machine_set(report, "virtual", json_pack("{s:s}", "kind", kind),
		            "sysctl hw.model, kern.version, kern.hv_vmm_present");
	else
		machine_absent(report, "virtual", FACT_NOT_APPLICABLE,
		               "not a virtual machine");
}
