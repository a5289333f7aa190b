/* SPDX-License-Identifier: MIT */
/* The small readers that the machine's probes share. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "machine/linux/linux.h"
#include "machine/machine.h"
#include "machine/macos/macos.h"
#include "trilane/cleanup.h"
#include "trilane/probes.h"

static void finds_values_by_key(void **state)
{
	CLEANUP(str_release) struct str value = STR_INIT;
	static const char text[] = "ab:1\r\na:  2 \n  lowpower   1\nk=v\nlast";

	(void)state;
	assert_true(line_value(text, "a", &value));
	assert_string_equal(value.data, "2");
	assert_true(line_value(text, "ab", &value));
	assert_string_equal(value.data, "1");
	assert_true(line_value(text, "lowpower", &value));
	assert_string_equal(value.data, "1");
	assert_false(line_value(text, "power", &value));
	assert_true(line_value(text, "k", &value));
	assert_string_equal(value.data, "v");
	assert_true(line_value(text, "last", &value));
	assert_string_equal(value.data, "");
	assert_false(line_value("", "a", &value));
}

static void reads_numbers_and_sizes(void **state)
{
	int64_t i;
	uint64_t bytes;

	(void)state;
	assert_true(leading_integer(" 12abc", &i) && i == 12);
	assert_true(leading_integer("-3", &i) && i == -3);
	assert_false(leading_integer("x", &i));
	assert_false(leading_integer("99999999999999999999", &i));
	assert_true(size_with_unit("1536 MB", &bytes) && bytes == 1610612736);
	assert_true(size_with_unit("8 GB", &bytes) && bytes == UINT64_C(8589934592));
	assert_true(size_with_unit("933.5M", &bytes) && bytes == 978845696);
	/* sysctl writes numbers as the locale does */
	assert_true(size_with_unit("933,50M", &bytes) && bytes == 978845696);
	assert_true(size_with_unit("1,536 MB", &bytes) && bytes == 1610612736);
	assert_true(size_with_unit("8, or so", &bytes) && bytes == 8);
	assert_false(size_with_unit(",", &bytes));
	assert_false(size_with_unit("much", &bytes));
	assert_false(size_with_unit("1e300 GB", &bytes) &&
	             bytes > 4 * (UINT64_C(1) << 30));
}

static void counts_cpu_lists(void **state)
{
	(void)state;
	assert_int_equal(cpu_list_count("0-3,8\n"), 5);
	assert_int_equal(cpu_list_count("7"), 1);
	assert_int_equal(cpu_list_count(""), 0);
	assert_int_equal(cpu_list_count("3-1,-5,x"), 0);
	assert_int_equal(cpu_list_count("0-99999999"), 0);
}

static void reads_property_lists(void **state)
{
	CLEANUP(str_release) struct str value = STR_INIT;

	(void)state;
	assert_true(plist_string("<key>A</key>\n\t<string>1.2</string>", "A", &value));
	assert_string_equal(value.data, "1.2");
	assert_false(plist_string("<key>A</key><true/>", "A", &value));
	assert_false(plist_string("<key>A</key><string>1.2", "A", &value));
	assert_false(plist_string("<key>A</key>", "A", &value));
}

static void parses_cpuinfo_of_both_kinds(void **state)
{
	CLEANUP(cpuinfo_release) struct cpuinfo c = CPUINFO_INIT;

	(void)state;
	cpuinfo_parse(&c,
	              "processor\t: 0\nFeatures\t: fp asimd\nCPU implementer\t: 0x41\n"
	              "CPU part\t: 0xd0b\n\nprocessor\t: 1\nCPU implementer : 0x41\n"
	              "CPU part: 0xd05\n\nHardware\t: BCM2835\nModel\t\t: Board\n");
	assert_int_equal(c.count, 2);
	assert_true(c.is_arm && !c.is_x86);
	assert_int_equal(c.cpus[0].part, 0xd0b);
	assert_int_equal(c.cpus[1].part, 0xd05);
	assert_true(cpuinfo_has(&c, "asimd") && cpuinfo_has(&c, "fp"));
	assert_false(cpuinfo_has(&c, "simd"));
	assert_string_equal(c.hardware, "Board");
	assert_string_equal(arm_core_name(0x41, 0xd0b), "Cortex-A76");
	assert_null(arm_core_name(0x41, 0xfff));
}

static void knows_chips(void **state)
{
	(void)state;
	assert_string_equal(macos_chip_of_kernel("x/RELEASE_ARM64_T6001"),
	                    "Apple M1 Max");
	assert_null(macos_chip_of_kernel("x/RELEASE_X86_64"));
	assert_null(macos_chip_of_kernel(NULL));
	assert_int_equal(macos_chip_generation("Apple M12 Pro"), 12);
	assert_int_equal(macos_chip_generation("Apple silicon"), 0);
	assert_int_equal(macos_chip_generation(NULL), 0);
}

static void every_probe_has_a_name_and_a_summary(void **state)
{
	(void)state;
	for (size_t i = 0; i < probes_count; i++) {
		assert_true(strlen(probes_table[i].name) > 0);
		assert_true(strlen(probes_table[i].summary) > 10);
		assert_non_null(probes_table[i].run);
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(probes_table[i].name,
			                        probes_table[k].name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_values_by_key),
		cmocka_unit_test(reads_numbers_and_sizes),
		cmocka_unit_test(counts_cpu_lists),
		cmocka_unit_test(reads_property_lists),
		cmocka_unit_test(parses_cpuinfo_of_both_kinds),
		cmocka_unit_test(knows_chips),
		cmocka_unit_test(every_probe_has_a_name_and_a_summary),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
