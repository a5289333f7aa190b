/* SPDX-License-Identifier: MIT */
/* The machine, the workers and the listener of the benchmark's tests. */
#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trilane/cleanup.h"
#include "trilane/facts.h"
#include "trilane/fs.h"
#include "trilane/mem.h"
#include "trilane/platform.h"

#include "trilane/banned.h"

static void on_progress(void *context, double done, const char *step)
{
	struct fixture *f = context;
	assert_non_null(step);
	if (f->cancel_waiting && text_contains(step, "waiting for another benchmark"))
		atomic_store(&f->cancelled, true);
	if (done < f->last_progress - 1e-9 || done > 1)
		f->progress_fell = true;
	f->last_progress = done;
}

static void on_event(void *context, const char *type, json_t *data)
{
	struct fixture *f = context;
	f->epochs += text_equal(type, "epoch");
	f->samples += text_equal(type, "sample");
	f->lanes += text_equal(type, "lane");
	assert_non_null(json_object_get(data, "lane"));
	if (text_equal(type, f->cancel_at))
		atomic_store(&f->cancelled, true);
	json_decref(data);
}

/* A machine with a Vulkan driver, whatever this one has. */
static int make_root(struct fixture *f)
{
	CLEANUP(str_release) struct str drivers = STR_INIT;
	CLEANUP(str_release) struct str manifest = STR_INIT;
	fs_join(&f->root, f->dir.data, "root");
	fs_join(&drivers, f->root.data, "usr/share/vulkan/icd.d");
	fs_join(&manifest, drivers.data, "test.json");
	int rc = fs_make_dirs(drivers.data, 0700, NULL);
	return rc ? rc : fs_write(manifest.data, "{}", 2, 0600, NULL);
}

/* The workers of both architectures are one program, which looks at its name. */
static void add_images(struct fixture *f)
{
	static const char *const names[2][2] = {
		{"trilane-worker-linux-arm64", "trilane-worker-linux-x86_64"},
		{"trilane-worker-macos-arm64", "trilane-worker-macos-x86_64"}};
	static const char *const python[] = {
		"tensorflow_checks.py", "tensorflow_protocol.py", "tensorflow_worker.py"};
	bool macos = text_equal(platform_os(), TRILANE_OS_MACOS);
	for (size_t i = 0; i < 5; i++)
		f->images[i] = (struct embedded_file){
			.path = i < 3 ? python[i] : names[macos][i - 3],
			.sha256 = f->digest,
			.bytes = (unsigned char *)f->program.data,
			.size = f->program.len};
	f->native = text_ends(f->images[3].path, platform_arch()) ? 3 : 4;
}

int set_up(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));
	f->dir = f->root = f->program = (struct str)STR_INIT;
	if (fs_make_temporary_dir("trilane-test", &f->dir, NULL) ||
	    fs_read(FAKE_WORKER, 64 << 20, &f->program, NULL))
		return -1;
	sha256_hex(f->program.data, f->program.len, f->digest);
	add_images(f);
	if (datasets_add_path(&f->datasets, "fake", f->dir.data, NULL))
		return -1;
	if (make_root(f))
		return -1;
	f->host = (struct benchmark_host){
		.images = f->images,
		.image_count = 5,
		.datasets = &f->datasets,
		.dir = f->dir.data,
		.root = f->root.data,
	};
	f->listener =
		(struct benchmark_listener){on_progress, on_event, f, &f->cancelled};
	bench_spec_init(&f->spec);
	f->spec.blocks = 8;
	snprintf(f->spec.data, sizeof(f->spec.data), "fake");
	*state = f;
	return 0;
}

int tear_down(void **state)
{
	struct fixture *f = *state;
	fs_remove_tree(f->dir.data, NULL);
	datasets_release(&f->datasets);
	str_release(&f->dir);
	str_release(&f->root);
	str_release(&f->program);
	free(f);
	return 0;
}

void order(struct fixture *f, const char *engine, const char *text)
{
	CLEANUP(str_release) struct str path = STR_INIT;
	fs_join(&path, f->dir.data, engine);
	assert_int_equal(fs_write(path.data, text, strlen(text), 0600, NULL), 0);
}

json_t *run(struct fixture *f)
{
	json_t *result = NULL;
	struct error err = ERROR_INIT;
	if (benchmark_run(&f->spec, &f->host, &f->listener, &result, &err))
		fail_msg("%s", err.text);
	return result;
}

const json_t *lane(const json_t *result, const char *name)
{
	size_t at;
	json_t *item;
	json_array_foreach(
		json_object_get(result, "lanes"), at,
		item) if (text_equal(fact_get_string(item, "lane"), name)) return item;
	fail_msg("no lane %s", name);
	return NULL;
}

void expect_lane(const json_t *result, const char *name, const char *state,
                 const char *reason)
{
	const json_t *l = lane(result, name);
	const char *said = fact_get_string(l, "reason");
	assert_string_equal(fact_get_string(l, "state"), state);
	if (!reason)
		assert_null(said);
	else if (!said || !text_contains(said, reason))
		fail_msg("%s: \"%s\"", name, said ? said : "null");
}

void put(struct fixture *f, const char *path, const char *text)
{
	CLEANUP(str_release) struct str full = STR_INIT;
	CLEANUP(str_release) struct str dir = STR_INIT;
	fs_join(&full, f->root.data, path);
	fs_dir_name(&dir, full.data);
	assert_int_equal(fs_make_dirs(dir.data, 0700, NULL), 0);
	assert_int_equal(fs_write(full.data, text, strlen(text), 0600, NULL), 0);
}
