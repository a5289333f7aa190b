/* SPDX-License-Identifier: MIT */
/*
 * Certificates by GnuTLS
 * (https://www.gnutls.org/manual/html_node/X509-certificate-API.html).
 * What is made is a server's certificate and no authority's: whoever trusts it trusts
 * this one key for these names.
 */
#include <arpa/inet.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "trilane/certificate.h"
#include "trilane/cleanup.h"
#include "trilane/id.h"

#include "trilane/banned.h"

#define DAY_S INT64_C(86400)

enum { NAME_MAX_IN_SUBJECT = 64, SERIAL_SIZE = 16, KEY_ID_SIZE = 64, DIGEST_SIZE = 32 };

struct pair {
	gnutls_x509_crt_t certificate;
	gnutls_x509_privkey_t key;
};

static int fail(int code, const char *what, struct error *err)
{
	return error_set(err, ERROR_FAILED, "%s: %s", what, gnutls_strerror(code));
}

static int pair_init(struct pair *p, struct error *err)
{
	int code = gnutls_x509_crt_init(&p->certificate);

	if (code == 0)
		code = gnutls_x509_privkey_init(&p->key);
	return code ? fail(code, "certificate", err) : 0;
}

static void pair_release(struct pair *p)
{
	if (p->certificate)
		gnutls_x509_crt_deinit(p->certificate);
	if (p->key)
		gnutls_x509_privkey_deinit(p->key);
}

bool certificate_available(void)
{
	return true;
}

/* --- making ----------------------------------------------------------------------- */

static int add_name(gnutls_x509_crt_t c, const char *name)
{
	unsigned char address[16];
	gnutls_x509_subject_alt_name_t type = GNUTLS_SAN_IPADDRESS;
	const void *data = address;
	unsigned size;

	if (inet_pton(AF_INET, name, address) == 1) {
		size = 4;
	} else if (inet_pton(AF_INET6, name, address) == 1) {
		size = 16;
	} else {
		type = GNUTLS_SAN_DNSNAME;
		data = name;
		size = (unsigned)strlen(name);
	}
	return gnutls_x509_crt_set_subject_alt_name(c, type, data, size,
	                                            GNUTLS_FSAN_APPEND);
}

static int set_names(gnutls_x509_crt_t c, const struct strlist *names)
{
	size_t len = strlen(names->items[0]);
	int code = 0;

	if (len > NAME_MAX_IN_SUBJECT)
		len = NAME_MAX_IN_SUBJECT;
	code = gnutls_x509_crt_set_dn_by_oid(c, GNUTLS_OID_X520_COMMON_NAME, 0,
	                                     names->items[0], (unsigned)len);
	for (size_t i = 0; i < names->count && code == 0; i++)
		code = add_name(c, names->items[i]);
	return code;
}

static int set_serial(gnutls_x509_crt_t c)
{
	unsigned char serial[SERIAL_SIZE];

	random_bytes(serial, sizeof(serial));
	serial[0] =
		(unsigned char)((serial[0] & 0x7f) | 0x40); /* positive, full length */
	return gnutls_x509_crt_set_serial(c, serial, sizeof(serial));
}

static int set_use(gnutls_x509_crt_t c)
{
	int code = gnutls_x509_crt_set_version(c, 3);

	if (code == 0)
		code = gnutls_x509_crt_set_basic_constraints(c, 0, -1);
	if (code == 0)
		code = gnutls_x509_crt_set_key_usage(c, GNUTLS_KEY_DIGITAL_SIGNATURE);
	if (code == 0)
		code = gnutls_x509_crt_set_key_purpose_oid(c, GNUTLS_KP_TLS_WWW_SERVER,
		                                           0);
	return code;
}

static int set_times(gnutls_x509_crt_t c, int64_t now_ms)
{
	time_t now = (time_t)(now_ms / 1000);
	int code = gnutls_x509_crt_set_activation_time(c, now - DAY_S);

	if (code == 0)
		code = gnutls_x509_crt_set_expiration_time(c, now + CERTIFICATE_DAYS *
		                                                              DAY_S);
	return code;
}

static int build(struct pair *p, const struct strlist *names, int64_t now_ms)
{
	unsigned bits = GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1);
	int code = gnutls_x509_privkey_generate(p->key, GNUTLS_PK_ECDSA, bits, 0);

	if (code == 0)
		code = set_use(p->certificate);
	if (code == 0)
		code = set_serial(p->certificate);
	if (code == 0)
		code = set_times(p->certificate, now_ms);
	if (code == 0)
		code = set_names(p->certificate, names);
	if (code == 0)
		code = gnutls_x509_crt_set_key(p->certificate, p->key);
	if (code == 0)
		code = gnutls_x509_crt_sign2(p->certificate, p->certificate, p->key,
		                             GNUTLS_DIG_SHA256, 0);
	return code;
}

static int export(const struct pair *p, struct str *certificate, struct str *key)
{
	gnutls_datum_t text = {.data = NULL};
	int code = gnutls_x509_crt_export2(p->certificate, GNUTLS_X509_FMT_PEM, &text);

	if (code)
		return code;
	str_add_n(certificate, text.data, text.size);
	gnutls_free(text.data);
	text.data = NULL;
	code = gnutls_x509_privkey_export2(p->key, GNUTLS_X509_FMT_PEM, &text);
	if (code)
		return code;
	str_add_n(key, text.data, text.size);
	gnutls_memset(text.data, 0, text.size);
	gnutls_free(text.data);
	return 0;
}

int certificate_make(const struct strlist *names, int64_t now_ms, struct str *certificate,
                     struct str *key, struct error *err)
{
	CLEANUP(pair_release) struct pair p = {.key = NULL};
	int code, rc = pair_init(&p, err);

	if (names->count == 0)
		BUG("a certificate for nobody");
	if (rc)
		return rc;
	code = build(&p, names, now_ms);
	if (code == 0)
		code = export(&p, certificate, key);
	return code ? fail(code, "cannot make a certificate", err) : 0;
}

/* --- looking at one --------------------------------------------------------------- */

static gnutls_datum_t datum(const char *text)
{
	union {
		const char *constant;
		unsigned char *plain;
	} p = {.constant = text}; /* GnuTLS does not write to it */

	return (gnutls_datum_t){p.plain, (unsigned)strlen(text)};
}

static int import(struct pair *p, const char *certificate, const char *key,
                  struct error *err)
{
	gnutls_datum_t c = datum(certificate), k = datum(key ? key : "");
	int code = gnutls_x509_crt_import(p->certificate, &c, GNUTLS_X509_FMT_PEM);

	if (code)
		return fail(code, "the certificate cannot be read", err);
	if (key)
		code = gnutls_x509_privkey_import(p->key, &k, GNUTLS_X509_FMT_PEM);
	return code ? fail(code, "the key cannot be read", err) : 0;
}

static int check_key(const struct pair *p, struct error *err)
{
	unsigned char ids[2][KEY_ID_SIZE];
	size_t sizes[2] = {KEY_ID_SIZE, KEY_ID_SIZE};

	if (gnutls_x509_crt_get_key_id(p->certificate, 0, ids[0], &sizes[0]) ||
	    gnutls_x509_privkey_get_key_id(p->key, 0, ids[1], &sizes[1]) ||
	    sizes[0] != sizes[1] || memcmp(ids[0], ids[1], sizes[0]) != 0)
		return error_set(err, ERROR_INVALID, "the key is another one's");
	return 0;
}

static int check_times(const struct pair *p, int64_t now_ms, struct error *err)
{
	int64_t now = now_ms / 1000;
	int64_t left = gnutls_x509_crt_get_expiration_time(p->certificate) - now;

	if (left < 0)
		return error_set(err, ERROR_INVALID, "it has expired");
	if (left < CERTIFICATE_RENEW_DAYS * DAY_S)
		return error_set(err, ERROR_INVALID, "it expires in %d days",
		                 (int)(left / DAY_S));
	if (gnutls_x509_crt_get_activation_time(p->certificate) > now)
		return error_set(err, ERROR_INVALID, "it is not valid yet");
	return 0;
}

int certificate_check(const char *certificate, const char *key,
                      const struct strlist *names, int64_t now_ms, struct error *err)
{
	CLEANUP(pair_release) struct pair p = {.key = NULL};
	int rc = pair_init(&p, err);

	if (rc == 0)
		rc = import(&p, certificate, key, err);
	if (rc == 0)
		rc = check_key(&p, err);
	if (rc == 0)
		rc = check_times(&p, now_ms, err);
	for (size_t i = 0; i < names->count && rc == 0; i++)
		if (!gnutls_x509_crt_check_hostname(p.certificate, names->items[i]))
			rc = error_set(err, ERROR_INVALID, "it is not for %s",
			               names->items[i]);
	return rc;
}

int certificate_fingerprint(const char *certificate,
                            char out[CERTIFICATE_FINGERPRINT_SIZE], struct error *err)
{
	CLEANUP(pair_release) struct pair p = {.key = NULL};
	unsigned char digest[DIGEST_SIZE];
	size_t size = sizeof(digest);
	int code, rc = pair_init(&p, err);

	if (rc == 0)
		rc = import(&p, certificate, NULL, err);
	if (rc)
		return rc;
	code = gnutls_x509_crt_get_fingerprint(p.certificate, GNUTLS_DIG_SHA256, digest,
	                                       &size);
	if (code)
		return fail(code, "the certificate has no fingerprint", err);
	for (size_t i = 0; i < size; i++)
		snprintf(out + 3 * i, 4, "%02X%s", digest[i], i + 1 < size ? ":" : "");
	return 0;
}
