/* SPDX-License-Identifier: MIT */
/* The analysis of Linux machines, live or recorded: a function a row of the table. */
#ifndef PROBES_LINUX_H
#define PROBES_LINUX_H

#include "../machine.h"

void linux_system(struct source *s, json_t *report);
void linux_cores(struct source *s, json_t *report);
void linux_isa(struct source *s, json_t *report);
void linux_memory(struct source *s, json_t *report);
void linux_gpus(struct source *s, json_t *report);
void linux_translator(struct source *s, json_t *report);
void linux_container(struct source *s, json_t *report);
void linux_power(struct source *s, json_t *report);
void linux_thermal(struct source *s, json_t *report);

enum { CPUINFO_CPUS = 4096 };

struct cpuinfo_cpu {
	int64_t number;      /* "processor" */
	int64_t package;     /* "physical id"; -1: not said */
	int64_t core;        /* "core id"; -1: not said */
	int64_t implementer; /* Arm; -1: not said */
	int64_t part;
};

/* /proc/cpuinfo, parsed.  All processors' lines are looked at; of flags and names the
 * first processor's count. */
struct cpuinfo {
	struct cpuinfo_cpu *cpus;
	size_t count;
	size_t capacity;
	int64_t cores_per_package; /* "cpu cores"; 0: not said */
	char *vendor;              /* "vendor_id" */
	char *model_name;
	char *hardware;      /* "Hardware" or "Model" of boards */
	char *flags;         /* "flags" of x86 or "Features" of Arm, in blanks */
	int64_t arm_version; /* "CPU architecture"; 0: not said */
	bool is_arm;
	bool is_riscv;
	bool is_x86;
};
#define CPUINFO_INIT \
	{ \
		.cpus = NULL \
	}

void cpuinfo_parse(struct cpuinfo *c, const char *text);
bool cpuinfo_read(struct source *s, struct cpuinfo *c);
void cpuinfo_release(struct cpuinfo *c);
bool cpuinfo_has(const struct cpuinfo *c, const char *flag);
/* Was it made up by Rosetta for Linux, for a program that it translates? */
bool cpuinfo_is_rosetta(const struct cpuinfo *c);
/* "Cortex-A76", "Apple M1 Firestorm"; NULL if the tables do not know it. */
const char *arm_core_name(int64_t implementer, int64_t part);
const char *arm_implementer_name(int64_t implementer); /* "Arm", "Apple"; NULL */
/* "Apple M1 Pro" where the core's part alone tells the chip; NULL otherwise. */
const char *arm_chip_name(int64_t implementer, int64_t part);

/* "0-3,8": calls for each number up to 4095; the count of numbers. */
size_t cpu_list_count(const char *text);

struct cgroup_limits {
	int64_t memory_bytes;      /* -1: no limit */
	int64_t memory_used_bytes; /* -1: unknown; without what can be dropped */
	double cpus;               /* 0: no limit */
	int version;               /* 0: none found */
};
void cgroup_read(struct source *s, struct cgroup_limits *limits);

#endif
