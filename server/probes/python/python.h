/* SPDX-License-Identifier: MIT */
/*
 * The Pythons of a machine, between the files of this folder.
 *
 * Three steps.  find/ collects candidates, paths that may start a Python, and makes them
 * interpreters: one for each environment or program file, however many links lead there.
 * Then each is described: program/ what it is and where it looks for packages, packages/
 * which there are, what their native libraries are built for and TensorFlow among them,
 * plugin/ the plugin beside it.  imports/ runs something, and only when asked.
 *
 * Everything is read through a struct source; nothing is run.  What docs/report.md calls
 * an absence is set by the file that fills the member.
 */
#ifndef TRILANE_PROBES_PYTHON_H
#define TRILANE_PROBES_PYTHON_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "trilane/fs.h"
#include "trilane/source.h"
#include "trilane/str.h"

enum {
	CANDIDATES_MAX = 4000,
	INTERPRETERS_MAX = 500,
	PYTHON_SITES_MAX = 64,
	PYTHON_SITE_ENTRIES_MAX = 20000,
	PYTHON_PATH_MAX = 2048,
};

/* A path that may start a Python, and who says so. */
struct candidate {
	char *path;
	const char *found_by; /* constant: a value of found_by in docs/report.md */
	char *on_path;        /* the name for which a search of PATH ends here, or NULL */
	json_t *kernel;       /* the kernelspec that names it, or NULL */
};

struct find {
	struct source *s;
	struct candidate *items;
	size_t count, capacity;
	struct strlist visited; /* folders that were searched for environments */
	struct strlist conda;   /* conda prefixes seen */
	json_t *lost_kernels;   /* kernelspecs whose Python is gone; NULL: none */
	bool limited;
};
#define FIND_INIT(source_pointer) \
	{ \
		.s = (source_pointer) \
	}
void find_release(struct find *f);

/* PATH as it stands; it need not exist. */
void find_add(struct find *f, const char *path, const char *found_by);
/* The Python of an environment's folder, if it has one. */
bool find_add_prefix(struct find *f, const char *prefix, const char *found_by);
/* Each Python in a folder of programs. */
void find_add_bin(struct find *f, const char *dir, const char *found_by);
/* Each folder in DIR that is an environment or an installation. */
void find_add_children(struct find *f, const char *dir, const char *found_by);
/* "python", "python3", "python3.12", "python3.13t", "pypy3.10" … */
bool python_program_name(const char *name);
/* HOME + "/" + REST, or a variable's value when that is an absolute path. */
void find_home_path(struct find *f, const char *rest, struct str *out);
const char *find_env_path(struct find *f, const char *name);

void find_path(struct find *f);     /* PATH and the variables of active environments */
void find_system(struct find *f);   /* what the system and its package managers made */
void find_conda(struct find *f);    /* bases, their environments, environments.txt */
void find_managers(struct find *f); /* uv, pyenv, pixi, pipx, poetry … */
void find_search(struct find *f);   /* a bounded walk below the home folder */
void find_jupyter(struct find *f);  /* kernelspecs of user and system */
/* The kernelspecs below one environment. */
void find_jupyter_prefix(struct find *f, const char *prefix);
/* A prefix with conda-meta: itself, and what it may be the base of. */
void find_conda_prefix(struct find *f, const char *prefix, const char *found_by);

struct pyvenv {
	bool present;
	char *home, *version, *executable;
	bool system_site, uv, virtualenv;
};
void pyvenv_parse(struct pyvenv *v, const char *text, size_t n);
void pyvenv_release(struct pyvenv *v);

/* A folder of installed packages, with its entries. */
struct python_site {
	char *path;
	char *real; /* resolved: the same folder is looked at once */
	struct fs_list list;
};

struct interpreter {
	char *key;       /* "env:PREFIX" or "file:REAL": what makes it the same */
	char *path;      /* the launcher reported */
	char *real_path; /* NULL when the link leads nowhere */
	char *program;   /* the file that runs: REAL_PATH, or what Apple's stub starts */
	char *prefix;
	struct strlist aliases, found_by, on_path;
	json_t *kernels;
	bool is_conda;
	struct pyvenv venv;
	char version[32];     /* "3.11.9", "3.11" or "" */
	char minor[16];       /* "3.11" or "" */
	struct strlist archs; /* of the program, plain names; empty: not known */
	const char *runs_as;  /* one of ARCHS, or NULL */
	char *base_prefix;    /* of an environment's base, or NULL */
	const struct interpreter *base; /* among those found, or NULL */
	struct python_site sites[PYTHON_SITES_MAX];
	size_t site_count;
	json_t *facts; /* its entry in the report */
};

struct interpreters {
	struct interpreter *items;
	size_t count, capacity;
	bool limited;
};
#define INTERPRETERS_INIT \
	{ \
		.items = NULL \
	}
void interpreters_release(struct interpreters *all);

/* The machine, as far as Pythons care. */
struct python_machine {
	struct source *s;
	const char *arch;    /* the hardware's, or NULL */
	bool translates_x86; /* x86-64 programs can run although the hardware is arm64 */
	const char *os_version; /* "15.1", or NULL */
};

/* Candidates become interpreters; real paths, prefixes and pyvenv.cfg are set. */
void identify(struct find *f, struct interpreters *out);

/* Version, architectures, base; writes the members of the first table of
 * docs/report.md. */
void describe_program(const struct python_machine *m, struct interpreter *i);
void describe_base(const struct python_machine *m, struct interpreter *i,
                   const struct interpreters *all);
void describe_kind(const struct python_machine *m, struct interpreter *i);
/* Finds the folders of packages and reads their listings. */
void describe_sites(const struct python_machine *m, struct interpreter *i);
void describe_packages(const struct python_machine *m, struct interpreter *i);
void describe_natives(const struct python_machine *m, struct interpreter *i);
void describe_tensorflow(const struct python_machine *m, struct interpreter *i);
void describe_plugin(const struct python_machine *m, struct interpreter *i);
/* What a recording says about import probes. */
void describe_recorded_imports(const struct python_machine *m, struct interpreters *all);

/* Helpers that several need. */
void path_join(struct str *out, const char *dir, const char *name); /* OUT anew */
bool path_has_part(const char *path, const char *part);             /* "/a/PART/b" */
/* Is PATH PREFIX or below it? */
bool path_below(const char *path, const char *prefix);
json_t *json_strings(const struct strlist *list);
/* Appends {"path","detail"} to the interpreter's "damaged"; at most 50. */
void note_damage(struct interpreter *i, const char *path, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Appends a name to the interpreter's "limits". */
void note_limit(struct interpreter *i, const char *name);
/* Can a library of these architectures be loaded by the interpreter? */
bool interpreter_can_load(const struct interpreter *i, const struct strlist *archs);
/* First value behind KEY in a header or assignment: used for versions in small files. */
bool text_between(const char *text, const char *before, const char *after, char *out,
                  size_t size);

/* What a file of machine code is built for. */
struct native {
	const char *format; /* "mach-o", "elf", or NULL for neither */
	struct strlist archs;
	char minos[24];
	char *install_name;
	struct strlist duplicate_rpaths;
	bool complete, damaged;
	const char *libc; /* "musl" or "glibc", by an ELF's dynamic linker; NULL */
};
#define NATIVE_INIT \
	{ \
		.format = NULL \
	}
/* False with the reason in WHY if the file cannot be read. */
bool native_read(struct source *s, const char *path, struct native *out,
                 struct error *why);
void native_release(struct native *n);

#endif
