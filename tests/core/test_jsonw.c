/* SPDX-License-Identifier: MIT */
/* The JSON writer. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "trilane/cleanup.h"
#include "trilane/jsonw.h"

static void nests_objects_and_arrays(void **state)
{
	CLEANUP(str_release) struct str out = STR_INIT;
	struct jsonw w = JSONW_INIT(&out);

	(void)state;
	jsonw_object(&w, NULL);
	jsonw_string(&w, "type", "sample");
	jsonw_array(&w, "ns");
	jsonw_u64(&w, NULL, UINT64_MAX);
	jsonw_object(&w, NULL);
	jsonw_end(&w);
	jsonw_end(&w);
	jsonw_bool(&w, "ok", true);
	jsonw_string(&w, "none", NULL);
	jsonw_end(&w);
	assert_string_equal(out.data,
	                    "{\"type\":\"sample\",\"ns\":[18446744073709551615,{}],"
	                    "\"ok\":true,\"none\":null}");
}

static void escapes_controls_quotes_and_rubbish(void **state)
{
	CLEANUP(str_release) struct str out = STR_INIT;
	struct jsonw w = JSONW_INIT(&out);

	(void)state;
	jsonw_object(&w, NULL);
	jsonw_string(&w, "k\"", "\"\\\n\x01\x7f</\xc3\xa9");
	jsonw_string(&w, "x", "a\xff");
	jsonw_end(&w);
	assert_string_equal(out.data,
	                    "{\"k\\\"\":\"\\\"\\\\\\n\\u0001\\u007f</\xc3\xa9\","
	                    "\"x\":\"a\xef\xbf\xbd\"}");
}

static void numbers_read_back_and_nonnumbers_are_null(void **state)
{
	CLEANUP(str_release) struct str out = STR_INIT;
	struct jsonw w = JSONW_INIT(&out);

	(void)state;
	jsonw_array(&w, NULL);
	jsonw_double(&w, NULL, 0.1);
	jsonw_double(&w, NULL, 1.0 / 3);
	jsonw_double(&w, NULL, 1e300);
	jsonw_double(&w, NULL, NAN);
	jsonw_double(&w, NULL, INFINITY);
	jsonw_end(&w);
	assert_string_equal(out.data, "[0.1,0.3333333333333333,1e+300,null,null]");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nests_objects_and_arrays),
		cmocka_unit_test(escapes_controls_quotes_and_rubbish),
		cmocka_unit_test(numbers_read_back_and_nonnumbers_are_null),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
