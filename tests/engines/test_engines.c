/* SPDX-License-Identifier: MIT */
/* The table of engines, the choice of sets, and what the cpu engine refuses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "trilane/engines.h"

#include "trilane/banned.h"

static struct engine_config config_init(void)
{
	return (struct engine_config){
		.shape = {FAMILY_MLP, 4, 4, 8, 0, 2}, .batch = 2, .threads = 1};
}

static void finds_engines_by_name(void **state)
{
	struct error err = ERROR_INIT;
	const struct engine_class *class;

	(void)state;
	assert_ptr_equal(engine_find("cpu", &err), &engine_cpu);
	assert_ptr_equal(engine_find("reference", &err), &engine_reference);
	for (unsigned i = 0; (class = engine_at(i)); i++) {
		assert_ptr_equal(engine_find(class->name, NULL), class);
		if (i)
			assert_true(strcmp(engine_at(i - 1)->name, class->name) < 0);
	}
	assert_null(engine_find("tpu", &err));
	assert_int_equal(err.code, ERROR_NOT_FOUND);
	assert_non_null(strstr(err.text, "\"tpu\""));
	assert_non_null(strstr(err.text, "cpu"));
}

static void takes_the_best_instruction_set(void **state)
{
	struct engine_config config = config_init();
	const char *isa, *best = NULL;
	struct engine_info info;
	struct engine *e = NULL;
	bool supported;

	(void)state;
	for (unsigned i = 0; !best && (isa = engine_cpu_isa(i, &supported)); i++)
		if (supported)
			best = isa;
	assert_non_null(best);
	assert_int_equal(engine_cpu.create(&config, &e, NULL), 0);
	engine_cpu.info(e, &info);
	assert_string_equal(info.isa, best);
	assert_string_equal(info.engine, "cpu");
	assert_int_equal(info.threads, 1);
	assert_false(info.software_device);
	engine_cpu.destroy(e);
}

static void takes_the_named_instruction_set_or_none(void **state)
{
	struct engine_config config = config_init();
	struct engine *e = NULL;
	bool supported;

	(void)state;
	for (unsigned i = 0; (config.isa = engine_cpu_isa(i, &supported)); i++) {
		struct error err = ERROR_INIT;
		struct engine_info info;
		int rc = engine_cpu.create(&config, &e, &err);

		assert_int_equal(rc, supported ? 0 : ERROR_UNSUPPORTED);
		if (rc) {
			assert_non_null(strstr(err.text, config.isa));
			continue;
		}
		engine_cpu.info(e, &info);
		assert_string_equal(info.isa, config.isa);
		engine_cpu.destroy(e);
	}
}

static void names_what_there_is(void **state)
{
	struct engine_config config = config_init();
	struct error err = ERROR_INIT;
	struct engine *e = NULL;
	const char *isa;
	bool supported;

	(void)state;
	config.isa = "mmx";
	assert_int_equal(engine_cpu.create(&config, &e, &err), ERROR_UNSUPPORTED);
	assert_null(e);
	for (unsigned i = 0; (isa = engine_cpu_isa(i, &supported)); i++)
		if (supported)
			assert_non_null(strstr(err.text, isa));
}

static void refuses_impossible_work(void **state)
{
	struct engine_config config = config_init();
	struct engine_step out;
	struct engine *e = NULL;
	float x[3 * 16] = {0}, values[16];
	uint8_t labels[3] = {0, 2, 0};

	(void)state;
	config.batch = 0;
	assert_int_equal(engine_cpu.create(&config, &e, NULL), ERROR_INVALID);
	config = config_init();
	config.threads = 0;
	assert_int_equal(engine_cpu.create(&config, &e, NULL), ERROR_INVALID);
	config = config_init();
	config.shape.classes = 1;
	assert_int_equal(engine_cpu.create(&config, &e, NULL), ERROR_INVALID);
	config = config_init();
	assert_int_equal(engine_cpu.create(&config, &e, NULL), 0);
	assert_int_equal(engine_cpu.train(e, x, labels, 3, &out, NULL), ERROR_INVALID);
	assert_int_equal(engine_cpu.train(e, x, labels, 0, &out, NULL), ERROR_INVALID);
	assert_int_equal(engine_cpu.train(e, x, labels, 2, &out, NULL), ERROR_INVALID);
	assert_int_equal(engine_cpu.get_gradient(e, 3, values, NULL), ERROR_FAILED);
	engine_cpu.destroy(e);
}

/* No overcommitting system gives the last one its memory. */
static void says_when_memory_does_not_suffice(void **state)
{
	struct engine_config config = {.shape = {FAMILY_CNN, 256, 256, 0, 65536, 256},
	                               .batch = 65536,
	                               .threads = 1};
	struct error err = ERROR_INIT;
	struct engine *e = NULL;

	(void)state;
	assert_int_equal(engine_cpu.create(&config, &e, &err), ERROR_NO_MEMORY);
	assert_non_null(strstr(err.text, "MiB"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_engines_by_name),
		cmocka_unit_test(takes_the_best_instruction_set),
		cmocka_unit_test(takes_the_named_instruction_set_or_none),
		cmocka_unit_test(names_what_there_is),
		cmocka_unit_test(refuses_impossible_work),
		cmocka_unit_test(says_when_memory_does_not_suffice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
