/* SPDX-License-Identifier: MIT */
/*
 * Host (RFC 9110 7.2): what stops DNS rebinding.  A page of another site whose name
 * resolves to this machine sends that name here, and is turned away.
 */
#include "host.h"

#include <string.h>

#include "trilane/http.h"

#include "trilane/banned.h"

void host_allow(struct strlist *hosts, const char *name, uint16_t port,
                uint16_t default_port)
{
	const char *open = strchr(name, ':') ? "[" : "";
	const char *close = strchr(name, ':') ? "]" : "";

	strlist_addf(hosts, "%s%s%s:%u", open, name, close, port);
	if (port == default_port)
		strlist_addf(hosts, "%s%s%s", open, name, close);
}

static bool is_name_char(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z') || c == '-' || c == '.' || c == '_';
}

static bool is_address_char(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') ||
	       (c >= 'A' && c <= 'F') || c == ':' || c == '.';
}

static size_t name_length(const char *text)
{
	size_t n = 0;

	while (is_name_char(text[n]))
		n++;
	return n;
}

bool http_host_name_valid(const char *name)
{
	size_t n = name_length(name);

	return n > 0 && name[n] == '\0';
}

/* Length of the host part of "name", "1.2.3.4" or "[::1]"; 0 if there is none. */
static size_t host_part(const char *value)
{
	size_t n;

	if (value[0] != '[')
		return name_length(value);
	for (n = 1; is_address_char(value[n]); n++)
		;
	return n > 1 && value[n] == ']' ? n + 1 : 0;
}

static bool is_well_formed(const char *value)
{
	size_t n = host_part(value);
	uint64_t port;

	if (n == 0)
		return false;
	value += n;
	if (value[0] == '\0')
		return true;
	if (value[0] != ':')
		return false;
	if (value[1] == '\0') /* an empty port is legal, and no port of ours */
		return true;
	return strlen(value + 1) <= 5 && text_to_u64(value + 1, &port) && port <= 65535;
}

unsigned host_check(const struct strlist *hosts, const char *value)
{
	if (!value || !is_well_formed(value))
		return 400;
	for (size_t i = 0; i < hosts->count; i++)
		if (text_equal_nocase(hosts->items[i], value))
			return 0;
	return 421;
}
