/* SPDX-License-Identifier: MIT */
/* Responses: what handlers fill, and the fields that every answer carries. */
#include "response.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "problem.h"
#include "trilane/sha256.h"

#include "trilane/banned.h"

/* No script, style or frame but our own files; nothing inline; no form to elsewhere. */
const struct response_field response_security[] = {
	{"Content-Security-Policy",
         "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
         "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors "
         "'none'; require-trusted-types-for 'script'"},
	{"Cross-Origin-Opener-Policy", "same-origin"},
	{"Cross-Origin-Resource-Policy", "same-origin"},
	{"Permissions-Policy",
         "camera=(), geolocation=(), microphone=(), payment=(), usb=()"},
	{"Referrer-Policy", "no-referrer"},
	{"X-Content-Type-Options", "nosniff"},
	{"X-Frame-Options", "DENY"},
	{NULL, NULL},
};

void http_response_release(struct http_response *r)
{
	str_release(&r->body);
	for (size_t i = 0; i < r->field_count; i++)
		free(r->fields[i].value);
	r->field_count = 0;
}

void http_response_field(struct http_response *r, const char *name, const char *format,
                         ...)
{
	struct str value = STR_INIT;
	va_list args;

	va_start(args, format);
	str_addv(&value, format, args);
	va_end(args);
	for (size_t i = 0; i < value.len; i++)
		if ((unsigned char)value.data[i] < 0x20 || value.data[i] == 0x7f)
			BUG("control character in the field %s", name);
	if (r->field_count == HTTP_RESPONSE_FIELDS)
		BUG("too many response fields");
	r->fields[r->field_count].name = name;
	r->fields[r->field_count++].value = str_detach(&value);
}

void http_response_hash(struct http_response *r)
{
	struct sha256 s;
	unsigned char digest[SHA256_SIZE];

	sha256_init(&s);
	if (r->type)
		sha256_update(&s, r->type, strlen(r->type));
	sha256_update(&s, r->body.data, r->body.len);
	sha256_final(&s, digest);
	for (size_t i = 0; i < 16; i++)
		snprintf(r->etag + 2 * i, 3, "%02x", digest[i]);
}

void response_text(const struct http_response *r, struct str *out)
{
	str_addf(out, "HTTP/1.1 %u %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n",
	         r->status, problem_title(r->status), r->type, r->body.len);
	for (const struct response_field *f = response_security; f->name; f++)
		str_addf(out, "%s: %s\r\n", f->name, f->value);
	for (size_t i = 0; i < r->field_count; i++)
		str_addf(out, "%s: %s\r\n", r->fields[i].name, r->fields[i].value);
	str_add(out, "Cache-Control: no-store\r\nConnection: close\r\n\r\n");
	str_add_n(out, r->body.data, r->body.len);
}
