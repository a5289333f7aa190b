/* SPDX-License-Identifier: MIT */
/*
 * Redaction in place.  Each rule is a scan of its own: simple to judge one by one, and
 * files are small.
 */
#include <ctype.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "trilane/cleanup.h"
#include "trilane/fs.h"
#include "trilane/mem.h"
#include "trilane/platform.h"
#include "trilane/redact.h"

#include "trilane/banned.h"

enum {
	WORD_MIN = 3,
	WORD_LONG = 8,
	HOST_BYTES = 256,
	PASSWD_BYTES = 4096,
	ID_DIGITS = 64
};

/* Names that tell nothing about anybody, and would take much else with them. */
static const char *const common_words[] = {
	"admin",   "anaconda", "apple",      "bin",        "build",
	"centos",  "conda",    "debian",     "default",    "desktop",
	"dev",     "docker",   "ec2-user",   "fedora",     "guest",
	"home",    "host",     "imac",       "jovyan",     "lib",
	"library", "linux",    "local",      "localhost",  "localhost.localdomain",
	"mac",     "macbook",  "macbookair", "macbookpro", "macmini",
	"macos",   "macpro",   "macstudio",  "miniconda",  "opt",
	"python",  "python3",  "root",       "runner",     "share",
	"studio",  "sys",      "system",     "tensorflow", "tmp",
	"ubuntu",  "user",     "users",      "usr",        "vagrant",
	"var",     "work",     "workspace",
};

static bool is_common(const char *word)
{
	for (size_t i = 0; i < sizeof(common_words) / sizeof(common_words[0]); i++)
		if (strcmp(word, common_words[i]) == 0)
			return true;
	return false;
}

static void add_word(struct redaction *r, const char *word, size_t n)
{
	CLEANUP_FREE char *lower = xstrndup(word, n);

	for (char *c = lower; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	if (strlen(lower) >= WORD_MIN && !is_common(lower) &&
	    !strlist_has(&r->words, lower))
		strlist_add(&r->words, lower);
}

void redaction_init(struct redaction *r, const char *user, const char *host,
                    const char *home)
{
	*r = (struct redaction)REDACTION_INIT;
	if (user)
		add_word(r, user, strlen(user));
	if (host) {
		add_word(r, host, strlen(host));
		add_word(r, host, strcspn(host, "."));
	}
	if (home)
		add_word(r, fs_base_name(home), strlen(fs_base_name(home)));
}

void redaction_init_live(struct redaction *r)
{
	CLEANUP(str_release) struct str home = STR_INIT;
	char host[HOST_BYTES] = "";
	char room[PASSWD_BYTES];
	struct passwd entry, *found = NULL;

	/* Not getpwuid(): several requests do this at once. */
	if (getpwuid_r(getuid(), &entry, room, sizeof(room), &found) != 0)
		found = NULL;
	if (gethostname(host, sizeof(host) - 1) != 0)
		host[0] = '\0';
	platform_home_dir(&home, NULL);
	redaction_init(r, found ? found->pw_name : getenv("USER"), host, home.data);
}

void redaction_release(struct redaction *r)
{
	strlist_release(&r->words);
}

static bool is_word_char(char c)
{
	return isalnum((unsigned char)c) != 0;
}

static bool same_nocase(const char *bytes, const char *lower, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (tolower((unsigned char)bytes[i]) != lower[i])
			return false;
	return true;
}

/* Long words go wherever they stand, short ones only between other characters. */
static void hide_word(const char *word, char *bytes, size_t n)
{
	size_t size = strlen(word);

	for (size_t i = 0; i + size <= n; i++) {
		bool bounded = (i == 0 || !is_word_char(bytes[i - 1])) &&
		               (i + size == n || !is_word_char(bytes[i + size]));

		if (tolower((unsigned char)bytes[i]) != word[0] ||
		    !same_nocase(bytes + i, word, size) || (!bounded && size < WORD_LONG))
			continue;
		memset(bytes + i, 'x', size);
		i += size - 1;
	}
}

/* PATTERN of 'h' (a hexadecimal digit) and characters that stand for themselves. */
static bool matches(const char *bytes, const char *pattern)
{
	for (; *pattern; pattern++, bytes++) {
		bool ok = *pattern == 'h' ? isxdigit((unsigned char)*bytes) != 0
		                          : *bytes == *pattern;

		if (!ok)
			return false;
	}
	return true;
}

static void hide_pattern(const char *pattern, char with, char *bytes, size_t n)
{
	size_t size = strlen(pattern);

	for (size_t i = 0; i + size <= n; i++) {
		bool bounded =
			(i == 0 || !isxdigit((unsigned char)bytes[i - 1])) &&
			(i + size == n || !isxdigit((unsigned char)bytes[i + size]));

		if (!isxdigit((unsigned char)bytes[i]) || !bounded ||
		    !matches(bytes + i, pattern))
			continue;
		for (size_t k = 0; k < size; k++)
			if (pattern[k] == 'h')
				bytes[i + k] = with;
		i += size - 1;
	}
}

/* Runs of exactly 64 digits. */
static void hide_long_ids(char *bytes, size_t n)
{
	size_t run = 0;

	for (size_t i = 0; i <= n; i++) {
		if (i < n && isxdigit((unsigned char)bytes[i])) {
			run++;
			continue;
		}
		if (run == ID_DIGITS)
			memset(bytes + i - run, '0', run);
		run = 0;
	}
}

static bool names_identity(const char *key, size_t n)
{
	static const char *const words[] = {"serial", "udid", "uuid"};

	for (size_t w = 0; w < sizeof(words) / sizeof(words[0]); w++) {
		size_t size = strlen(words[w]);

		for (size_t i = 0; i + size <= n; i++)
			if (same_nocase(key + i, words[w], size))
				return true;
	}
	return false;
}

/* Where the string ends that starts with the quote at bytes[at]: at its closing quote, at
 * the end of the line, or at N. */
static size_t string_end(const char *bytes, size_t n, size_t at)
{
	size_t i = at + 1;

	while (i < n && bytes[i] != '"' && bytes[i] != '\n')
		i += bytes[i] == '\\' ? 2 : 1;
	return i < n ? i : n;
}

static bool is_quote(const char *bytes, size_t n, size_t at)
{
	return at < n && bytes[at] == '"';
}

/* "serial_number" : "C02…": the value of such a member. */
static void hide_members(char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t key_end, at, end;

		if (bytes[i] != '"')
			continue;
		key_end = string_end(bytes, n, i);
		at = key_end + 1;
		while (at < n && (bytes[at] == ' ' || bytes[at] == ':'))
			at++;
		end = is_quote(bytes, n, at) ? string_end(bytes, n, at) : n;
		if (is_quote(bytes, n, key_end) && at > key_end + 1 &&
		    is_quote(bytes, n, end) &&
		    names_identity(bytes + i + 1, key_end - i - 1)) {
			for (size_t k = at + 1; k < end; k++)
				bytes[k] = bytes[k] == '-' ? '-' : 'X';
			i = end;
		} else {
			i = key_end;
		}
	}
}

static bool ends_url(char c)
{
	return c == '\0' || isspace((unsigned char)c) || c == '"' || c == '\'' ||
	       c == '>';
}

/* https://NAME:PASSWORD@host, https://host/t/TOKEN/channel and https://host/?token=…;
 * a password may have an "@" in it. */
static void hide_in_url(char *url, size_t n)
{
	size_t host = 0, path = 0;

	for (; path < n && url[path] != '/' && url[path] != '?'; path++)
		if (url[path] == '@')
			host = path;
	memset(url, 'x', host);
	for (size_t i = path; i < n; i++)
		if (url[i] == '?') {
			memset(url + i + 1, 'x', n - i - 1);
			n = i;
		}
	for (; path + 3 < n; path++) {
		if (memcmp(url + path, "/t/", 3) != 0)
			continue;
		for (size_t k = path + 3; k < n && url[k] != '/'; k++)
			url[k] = 'x';
		return;
	}
}

static void hide_url_secrets(char *bytes, size_t n)
{
	for (size_t i = 0; i + 3 < n; i++) {
		size_t end = i + 3;

		if (memcmp(bytes + i, "://", 3) != 0)
			continue;
		while (end < n && !ends_url(bytes[end]))
			end++;
		hide_in_url(bytes + i + 3, end - i - 3);
		i = end - 1;
	}
}

/* How many bytes of a name for a secret stand at BYTES; 0 if none. */
static size_t secret_name(const char *bytes, size_t n)
{
	static const char *const words[] = {"access_key", "api-key",  "api_key", "apikey",
	                                    "passwd",     "password", "secret",  "token"};

	for (size_t w = 0; w < sizeof(words) / sizeof(words[0]); w++) {
		size_t size = strlen(words[w]);

		if (size > n || !same_nocase(bytes, words[w], size))
			continue;
		while (size < n && (is_word_char(bytes[size]) || bytes[size] == '_'))
			size++;
		return size;
	}
	return 0;
}

/* Where the value begins after a name that ends at AT: behind "=", ": " or "\": \"".
 * 0 if there is none; "token==1.0" is a requirement, "/token:/bin" two folders. */
static size_t value_start(const char *bytes, size_t n, size_t at)
{
	bool quoted = is_quote(bytes, n, at);

	at += quoted;
	while (at < n && bytes[at] == ' ')
		at++;
	if (at + 1 >= n || (bytes[at] != '=' && bytes[at] != ':') || bytes[at + 1] == '=')
		return 0;
	if (bytes[at] == ':' && !quoted && bytes[at + 1] != ' ')
		return 0;
	at++;
	while (at < n && bytes[at] == ' ')
		at++;
	return at;
}

/* A quoted value goes up to its quote, another to a blank or what ends it in a list. */
static void hide_value(char *bytes, size_t n, size_t at)
{
	char quote = bytes[at] == '"' || bytes[at] == '\'' ? bytes[at] : '\0';

	for (at += quote != '\0'; at < n && bytes[at] != '\n'; at++) {
		if (quote ? bytes[at] == quote : ends_url(bytes[at]) || bytes[at] == ',')
			return;
		bytes[at] = 'x';
	}
}

/* PASSWORD=…, "api_key": "…", token: … of variables, JSON, YAML and command lines. */
static void hide_assignments(char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t size = secret_name(bytes + i, n - i);
		size_t at = size ? value_start(bytes, n, i + size) : 0;

		i += size ? size - 1 : 0;
		if (at && at < n)
			hide_value(bytes, n, at);
	}
}

void redact_bytes(const struct redaction *r, char *bytes, size_t n)
{
	if (n == 0)
		return;
	for (size_t i = 0; i < r->words.count; i++)
		hide_word(r->words.items[i], bytes, n);
	hide_members(bytes, n);
	hide_pattern("hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh", 'X', bytes, n);
	hide_pattern("hhhhhhhh-hhhhhhhhhhhhhhhh", 'X', bytes, n);
	hide_pattern("hh:hh:hh:hh:hh:hh", 'X', bytes, n);
	hide_long_ids(bytes, n);
	hide_url_secrets(bytes, n);
	if (!memchr(bytes, '\0', n))
		hide_assignments(bytes, n);
}

void redact_str(const struct redaction *r, struct str *text)
{
	if (text->len > 0)
		redact_bytes(r, text->data, text->len);
}
