/* SPDX-License-Identifier: MIT */
/* Redaction: what goes, what stays, and that nothing changes its length. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "trilane/cleanup.h"
#include "trilane/redact.h"

static void check(const struct redaction *r, const char *before, const char *after)
{
	CLEANUP(str_release) struct str text = STR_INIT;

	assert_int_equal(strlen(before), strlen(after));
	str_add(&text, before);
	redact_str(r, &text);
	assert_string_equal(text.data, after);
}

static void hides_names_whatever_the_case(void **state)
{
	CLEANUP(redaction_release) struct redaction r = REDACTION_INIT;

	(void)state;
	redaction_init(&r, "Berta", "Emil-PC.example.net", "/data/people/bm");
	check(&r, "berta BERTA bertas Emil-PC.example.net emil-pc",
	      "xxxxx xxxxx bertas xxxxxxxxxxxxxxxxxxx xxxxxxx");
	check(&r, "/data/people/bm/x", "/data/people/bm/x");
}

static void hides_long_names_inside_words(void **state)
{
	CLEANUP(redaction_release) struct redaction r = REDACTION_INIT;

	(void)state;
	redaction_init(&r, "alexandra", NULL, "/home/alexandra");
	check(&r, "alexandra2 _alexandra_ myalexandra",
	      "xxxxxxxxx2 _xxxxxxxxx_ myxxxxxxxxx");
}

static void leaves_names_that_everybody_has(void **state)
{
	CLEANUP(redaction_release) struct redaction r = REDACTION_INIT;

	(void)state;
	redaction_init(&r, "root", "localhost", "/root");
	check(&r, "ID=root localhost /root", "ID=root localhost /root");
	redaction_release(&r);
	redaction_init(&r, "ubuntu", "vm", "/home/ubuntu");
	check(&r, "ID=ubuntu vm_stat", "ID=ubuntu vm_stat");
}

static void hides_serials_and_ids(void **state)
{
	CLEANUP(redaction_release) struct redaction r = REDACTION_INIT;

	(void)state;
	check(&r, "\"serial_number\" : \"C02ABC\"", "\"serial_number\" : \"XXXXXX\"");
	check(&r, "\"platform_UUID\":\"a-b\"", "\"platform_UUID\":\"X-X\"");
	check(&r, "\"model\" : \"C02ABC\"", "\"model\" : \"C02ABC\"");
	check(&r, "\"serial", "\"serial");
	check(&r, "\"serial\" : \"open", "\"serial\" : \"open");
	check(&r, "id 01234567-89ab-cdef-0123-456789abcdef.",
	      "id XXXXXXXX-XXXX-XXXX-XXXX-XXXXXXXXXXXX.");
	check(&r, "00008103-001122334455667A", "XXXXXXXX-XXXXXXXXXXXXXXXX");
	check(&r, "a8:bb:cc:dd:ee:0f", "XX:XX:XX:XX:XX:XX");
	check(&r, "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
	      "0000000000000000000000000000000000000000000000000000000000000000");
	check(&r, "0123456789abcdef0123456789abcdef", "0123456789abcdef0123456789abcdef");
}

static void hides_secrets_in_urls(void **state)
{
	CLEANUP(redaction_release) struct redaction r = REDACTION_INIT;

	(void)state;
	check(&r, "https://me:pw@conda.example/x", "https://xxxxx@conda.example/x");
	check(&r, "- https://conda.example/t/ab-12/main",
	      "- https://conda.example/t/xxxxx/main");
	check(&r, "https://conda.example/x me@b", "https://conda.example/x me@b");
	check(&r, "https://me:p@ss@pypi.example/x", "https://xxxxxxx@pypi.example/x");
	check(&r, "https://a.example/p?key=1&b=2 c", "https://a.example/p?xxxxxxxxx c");
	check(&r, "https://a.example/@scope/p", "https://a.example/@scope/p");
}

static void hides_values_of_secret_names(void **state)
{
	CLEANUP(redaction_release) struct redaction r = REDACTION_INIT;

	(void)state;
	check(&r, "{\"API_KEY\": \"ab c\", \"n\": 1}",
	      "{\"API_KEY\": \"xxxx\", \"n\": 1}");
	check(&r, "[\"--token=abc\", \"-f\"]", "[\"--token=xxx\", \"-f\"]");
	check(&r, "hf_token: abc\nx: y", "hf_token: xxx\nx: y");
	check(&r, "PASSWORD_2 = 'a b'", "PASSWORD_2 = 'xxx'");
	check(&r, "Requires-Dist: jose-token==1.0", "Requires-Dist: jose-token==1.0");
	check(&r, "/opt/token:/usr/bin", "/opt/token:/usr/bin");
	check(&r, "tokenizers (>=0.1)", "tokenizers (>=0.1)");
	check(&r, "token", "token");
	check(&r, "\"token\":", "\"token\":");
}

static void survives_any_bytes(void **state)
{
	CLEANUP(redaction_release) struct redaction r = REDACTION_INIT;
	char bytes[512];
	unsigned seed = 1;

	(void)state;
	redaction_init(&r, "berta", "emil-pc", "/home/berta");
	for (int round = 0; round < 2000; round++) {
		for (size_t i = 0; i < sizeof(bytes); i++) {
			seed = seed * 1103515245 + 12345;
			bytes[i] = "\"\\:/@-t0aF\n berta\0"[(seed >> 16) % 18];
		}
		redact_bytes(&r, bytes, sizeof(bytes));
	}
	redact_bytes(&r, bytes, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hides_names_whatever_the_case),
		cmocka_unit_test(hides_long_names_inside_words),
		cmocka_unit_test(leaves_names_that_everybody_has),
		cmocka_unit_test(hides_serials_and_ids),
		cmocka_unit_test(hides_secrets_in_urls),
		cmocka_unit_test(hides_values_of_secret_names),
		cmocka_unit_test(survives_any_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
