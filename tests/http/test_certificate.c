/* SPDX-License-Identifier: MIT */
/* Certificates of one's own: good for their names and time, and nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "trilane/certificate.h"
#include "trilane/cleanup.h"

#include "trilane/banned.h"

#define NOW_MS INT64_C(1800000000000)
#define DAY_MS INT64_C(86400000)

struct made {
	struct strlist names;
	struct str certificate, key;
};

static void made_release(struct made *m)
{
	strlist_release(&m->names);
	str_release(&m->certificate);
	str_release(&m->key);
}

static void make(struct made *m)
{
	static const char *const names[] = {"lab1.example", "192.0.2.1", "2001:db8::1"};

	*m = (struct made){.certificate = STR_INIT, .key = STR_INIT};
	for (size_t i = 0; i < 3; i++)
		strlist_add(&m->names, names[i]);
	assert_int_equal(
		certificate_make(&m->names, NOW_MS, &m->certificate, &m->key, NULL), 0);
}

static int check_at(const struct made *m, int64_t now_ms)
{
	return certificate_check(m->certificate.data, m->key.data, &m->names, now_ms,
	                         NULL);
}

static void test_times(void **state)
{
	CLEANUP(made_release) struct made m;

	(void)state;
	make(&m);
	assert_int_equal(check_at(&m, NOW_MS), 0);
	assert_int_equal(check_at(&m, NOW_MS - DAY_MS / 2), 0);
	assert_int_not_equal(check_at(&m, NOW_MS - 2 * DAY_MS), 0);
	assert_int_equal(
		check_at(&m, NOW_MS + (CERTIFICATE_DAYS - CERTIFICATE_RENEW_DAYS - 1) *
	                                      DAY_MS),
		0);
	assert_int_not_equal(
		check_at(&m, NOW_MS + (CERTIFICATE_DAYS - CERTIFICATE_RENEW_DAYS + 1) *
	                                      DAY_MS),
		0);
	assert_int_not_equal(check_at(&m, NOW_MS + 1000 * DAY_MS), 0);
}

static void test_names(void **state)
{
	CLEANUP(made_release) struct made m;
	struct error err = ERROR_INIT;

	(void)state;
	make(&m);
	strlist_add(&m.names, "lab2.example");
	assert_int_equal(
		certificate_check(m.certificate.data, m.key.data, &m.names, NOW_MS, &err),
		ERROR_INVALID);
	assert_non_null(strstr(err.text, "lab2.example"));
}

static void test_another_key(void **state)
{
	CLEANUP(made_release) struct made m, other;

	(void)state;
	make(&m);
	make(&other);
	assert_string_not_equal(m.key.data, other.key.data);
	assert_int_not_equal(certificate_check(m.certificate.data, other.key.data,
	                                       &m.names, NOW_MS, NULL),
	                     0);
}

static void test_rubbish(void **state)
{
	static const char *const texts[] = {"", "x", "-----BEGIN CERTIFICATE-----\n"};
	CLEANUP(made_release) struct made m;
	char fingerprint[CERTIFICATE_FINGERPRINT_SIZE];

	(void)state;
	make(&m);
	for (size_t i = 0; i < 3; i++) {
		assert_int_not_equal(
			certificate_check(texts[i], m.key.data, &m.names, NOW_MS, NULL),
			0);
		assert_int_not_equal(certificate_check(m.certificate.data, texts[i],
		                                       &m.names, NOW_MS, NULL),
		                     0);
		assert_int_not_equal(certificate_fingerprint(texts[i], fingerprint, NULL),
		                     0);
	}
}

static void test_fingerprint(void **state)
{
	CLEANUP(made_release) struct made m;
	char text[CERTIFICATE_FINGERPRINT_SIZE];

	(void)state;
	make(&m);
	assert_int_equal(certificate_fingerprint(m.certificate.data, text, NULL), 0);
	assert_int_equal(strlen(text), sizeof(text) - 1);
	assert_int_equal(strspn(text, "0123456789ABCDEF:"), sizeof(text) - 1);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_times),       cmocka_unit_test(test_names),
		cmocka_unit_test(test_another_key), cmocka_unit_test(test_rubbish),
		cmocka_unit_test(test_fingerprint),
	};

	if (!certificate_available()) {
		printf("skipped: this build has no GnuTLS\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
