/* SPDX-License-Identifier: MIT */
/* The Metal engine's manners, against the double: nothing is misused, nothing is left,
 * and what fails says so. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "objc_double.h"
#include "trilane/engine.h"

#include "trilane/banned.h"

static const struct engine_config config = {
	.shape = {FAMILY_CNN, 6, 6, 0, 3, 4},
	.batch = 2,
	.threads = 1,
};

static void need_vulkan(void)
{
	struct error err = ERROR_INIT;

	if (engine_vulkan.available(&err))
		return;
	printf("skipped: %s\n", err.text);
	skip();
}

static int train_once(struct error *err)
{
	const float x[2 * 36] = {0.5f, 0.25f};
	const uint8_t labels[2] = {1, 3};
	struct engine_step step;
	struct engine *e = NULL;
	int rc = engine_metal.create(&config, &e, err);

	if (rc != 0)
		return rc;
	rc = engine_metal.train(e, x, labels, 2, &step, err);
	engine_metal.destroy(e);
	return rc;
}

static void leaves_nothing_and_misuses_nothing(void **state)
{
	struct error err = ERROR_INIT;

	(void)state;
	need_vulkan();
	assert_true(engine_metal.available(&err));
	assert_int_equal(train_once(&err), 0);
	assert_int_equal(objc_double_misuses(), 0);
	assert_int_equal(objc_double_objects(), 0);
}

static void assert_fails(enum objc_double_fault fault, const char *text)
{
	struct error err = ERROR_INIT;

	objc_double_break(fault);
	assert_true(train_once(&err) < 0);
	objc_double_break(FAULT_NONE);
	assert_string_equal(err.text, text);
	assert_int_equal(objc_double_misuses(), 0);
	assert_int_equal(objc_double_objects(), 0);
}

static void failures_are_told_and_leave_nothing(void **state)
{
	(void)state;
	need_vulkan();
	assert_fails(FAULT_DEVICE, "no Metal device on this machine");
	assert_fails(FAULT_COMPILE, "cannot compile a kernel: as the test asked");
	assert_fails(FAULT_BUFFER, "the GPU has no room for 108 bytes");
	assert_fails(FAULT_COMMAND,
	             "the GPU did not complete a command buffer: as the test asked");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(leaves_nothing_and_misuses_nothing),
		cmocka_unit_test(failures_are_told_and_leave_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
