/* SPDX-License-Identifier: MIT */
/*
 * Linux: containers and virtual machines.  A container is known by what its engine puts
 * into it (/.dockerenv, /run/.containerenv, the variable "container") or by the names of
 * its control groups; a machine by its firmware's tables and the flag "hypervisor".
 */
#include <string.h>

#include "linux.h"
#include "trilane/cleanup.h"

#include "trilane/banned.h"

static const struct {
	const char *path;
	const char *kind;
} marks[] = {
	{"/var/run/secrets/kubernetes.io", "kubernetes"},
	{"/run/.containerenv", "podman"},
	{"/.dockerenv", "docker"},
	{"/dev/lxd/sock", "lxc"},
	{"/.singularity.d", "singularity"},
};

static const struct {
	const char *word; /* in the names of control groups */
	const char *kind;
} group_words[] = {
	{"kubepods", "kubernetes"},
	{"/docker", "docker"},
	{"docker-", "docker"},
	{"libpod", "podman"},
	{"/lxc", "lxc"},
	{"machine.slice", "systemd-nspawn"},
	{"containerd", "containerd"},
};

static const char *by_marks(struct source *s, const char **origin)
{
	struct fs_info info;

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		if (source_info(s, marks[i].path, &info, NULL) < 0)
			continue;
		*origin = marks[i].path;
		return marks[i].kind;
	}
	return NULL;
}

static const char *by_variables(struct source *s, const char **origin)
{
	static const char *const kinds[] = {"docker",         "podman", "lxc",
	                                    "systemd-nspawn", "rocket", "oci"};
	const char *value = source_env(s, "container");

	*origin = "KUBERNETES_SERVICE_HOST";
	if (source_env(s, "KUBERNETES_SERVICE_HOST"))
		return "kubernetes";
	*origin = "the variable \"container\"";
	for (size_t i = 0; value && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (text_equal(value, kinds[i]))
			return kinds[i];
	return value && value[0] && !text_starts(value, "wsl") ? "unknown" : NULL;
}

static const char *by_groups(struct source *s, const char **origin)
{
	CLEANUP(str_release) struct str text = STR_INIT;

	*origin = "/proc/1/cgroup";
	if (!file_text(s, *origin, &text))
		return NULL;
	for (size_t i = 0; i < sizeof(group_words) / sizeof(group_words[0]); i++)
		if (strstr(text.data, group_words[i].word))
			return group_words[i].kind;
	return NULL;
}

static void set_limits(struct source *s, json_t *report)
{
	struct cgroup_limits limits;

	cgroup_read(s, &limits);
	if (limits.cpus > 0)
		machine_set(report, "cores.limit", json_real(limits.cpus),
		            "control groups");
	else
		machine_absent(report, "cores.limit", FACT_NOT_APPLICABLE,
		               "no control group limits processor time");
}

static void set_container(struct source *s, json_t *report)
{
	const char *origin = NULL;
	const char *kind = by_marks(s, &origin);

	if (!kind)
		kind = by_variables(s, &origin);
	if (!kind)
		kind = by_groups(s, &origin);
	if (kind)
		machine_set(report, "container", json_pack("{s:s}", "kind", kind), "%s",
		            origin);
	else
		machine_absent(report, "container", FACT_NOT_APPLICABLE,
		               "not in a container");
}

static const struct {
	const char *word; /* of the firmware's vendor or product */
	const char *kind;
} hypervisors[] = {
	{"Apple Virtualization", "apple-virtualization"},
	{"QEMU", "qemu"},
	{"KVM", "kvm"},
	{"VMware", "vmware"},
	{"VirtualBox", "virtualbox"},
	{"innotek", "virtualbox"},
	{"Parallels", "parallels"},
	{"Microsoft Corporation Virtual", "hyper-v"},
	{"Amazon EC2", "amazon-ec2"},
	{"Google Compute Engine", "google-compute-engine"},
	{"OpenStack", "openstack"},
	{"Xen", "xen"},
	{"Bochs", "bochs"},
};

static const char *by_kernel(struct source *s, const char **origin)
{
	CLEANUP(str_release) struct str text = STR_INIT;

	*origin = "/proc/sys/kernel/osrelease";
	if (!file_text(s, *origin, &text))
		return NULL;
	if (strstr(text.data, "WSL2") || strstr(text.data, "microsoft-standard"))
		return "wsl2";
	if (strstr(text.data, "Microsoft"))
		return "wsl1";
	if (strstr(text.data, "linuxkit"))
		return "docker-desktop";
	return strstr(text.data, "orbstack") ? "orbstack" : NULL;
}

static const char *by_model(const json_t *report, const char **origin)
{
	const char *model = machine_text(report, "model");

	*origin = "/sys/class/dmi/id";
	for (size_t i = 0; model && i < sizeof(hypervisors) / sizeof(hypervisors[0]); i++)
		if (strstr(model, hypervisors[i].word))
			return hypervisors[i].kind;
	return NULL;
}

static const char *by_cpu(struct source *s, const char **origin)
{
	CLEANUP(cpuinfo_release) struct cpuinfo c = CPUINFO_INIT;

	*origin = "/proc/cpuinfo";
	if (!cpuinfo_read(s, &c))
		return NULL;
	if (cpuinfo_has(&c, "hypervisor"))
		return "unknown";
	/* Apple's virtualization hides the part number. */
	if (c.count > 0 && c.cpus[0].implementer == 0x61 && c.cpus[0].part == 0)
		return "apple-virtualization";
	return NULL;
}

static void set_virtual(struct source *s, json_t *report)
{
	const char *origin = NULL;
	const char *kind = by_kernel(s, &origin);

	if (!kind)
		kind = by_model(report, &origin);
	if (!kind)
		kind = by_cpu(s, &origin);
	if (kind)
		machine_set(report, "virtual", json_pack("{s:s}", "kind", kind), "%s",
		            origin);
	else
		machine_absent(report, "virtual", FACT_NOT_APPLICABLE,
		               "nothing says that this is a virtual machine");
}

void linux_container(struct source *s, json_t *report)
{
	set_container(s, report);
	set_virtual(s, report);
	set_limits(s, report);
}
