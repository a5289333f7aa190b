/* SPDX-License-Identifier: MIT */
/* Every kernel of every instruction set that runs here (see kernel_checks.h). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "kernel_checks.h"
#include "processor.h"

#include "trilane/banned.h"

enum { SEEDS = 60 };

static void check_all(const struct kernels *k)
{
	for (unsigned i = 0; i < kernel_check_count; i++)
		for (uint64_t seed = 0; seed < SEEDS; seed++)
			if (!kernel_checks[i].run(k, seed))
				fail_msg("%s of %s, seed %u", kernel_checks[i].name,
				         k->isa, (unsigned)seed);
}

static void kernels_compute_what_they_say(void **state)
{
	(void)state;
	for (unsigned i = 0; i < isa_count; i++) {
		if (isa_table[i].supported())
			check_all(isa_table[i].kernels);
		else
			print_message("skipped: this processor has no %s\n",
			              isa_table[i].kernels->isa);
	}
}

static void source_holds_for_sixteen_lanes(void **state)
{
	(void)state;
	check_all(&kernels_wide);
}

/* The engine computes in this mode. */
static void kernels_compute_with_denormals_flushed(void **state)
{
	uint64_t mode = processor_flush_to_zero();

	(void)state;
	if (processor_flushes_to_zero())
		kernels_compute_what_they_say(NULL);
	else
		print_message("skipped: denormals cannot be flushed here\n");
	processor_restore(mode);
	assert_false(processor_flushes_to_zero());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kernels_compute_what_they_say),
		cmocka_unit_test(source_holds_for_sixteen_lanes),
		cmocka_unit_test(kernels_compute_with_denormals_flushed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
