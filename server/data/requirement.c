/* SPDX-License-Identifier: MIT */
/*
 * Requirements and environment markers: one line of Requires-Dist or of a requirement
 * file (PEP 508).  Markers are judged while they are read, by recursive descent with a
 * bounded depth; nothing is kept.
 */
#include <ctype.h>
#include <string.h>

#include "trilane/cleanup.h"
#include "trilane/pep440.h"

#include "trilane/banned.h"

enum { REQUIREMENT_MAX = 4096, MARKER_DEPTH = 16, MARKER_VALUE_MAX = 128 };

void python_normalize_name(const char *name, struct str *out)
{
	bool pending = false;

	for (; *name; name++) {
		if (*name == '-' || *name == '_' || *name == '.') {
			pending = true;
			continue;
		}
		if (pending)
			str_add_char(out, '-');
		pending = false;
		str_add_char(out, (char)tolower((unsigned char)*name));
	}
	if (pending)
		str_add_char(out, '-');
}

void python_requirement_release(struct python_requirement *r)
{
	str_release(&r->name);
	str_release(&r->extras);
	str_release(&r->specifiers);
	str_release(&r->marker);
}

static const char *skip_blanks(const char *p)
{
	while (*p == ' ' || *p == '\t' || *p == '\r' || *p == '\n')
		p++;
	return p;
}

static void add_without_blanks(struct str *out, const char *from, const char *to)
{
	for (; from < to; from++)
		if (!isspace((unsigned char)*from))
			str_add_char(out, *from);
}

static const char *parse_name(const char *p, struct str *out)
{
	CLEANUP(str_release) struct str name = STR_INIT;
	const char *start = p;

	while (isalnum((unsigned char)*p) || *p == '-' || *p == '_' || *p == '.')
		p++;
	if (p == start || !isalnum((unsigned char)*start) ||
	    !isalnum((unsigned char)p[-1]))
		return NULL;
	str_add_n(&name, start, (size_t)(p - start));
	python_normalize_name(name.data, out);
	return skip_blanks(p);
}

static const char *parse_extras(const char *p, struct str *out)
{
	const char *end;

	if (*p != '[')
		return p;
	end = strchr(p, ']');
	if (!end)
		return NULL;
	add_without_blanks(out, p + 1, end);
	return skip_blanks(end + 1);
}

static const char *parse_specifiers(const char *p, struct str *out)
{
	const char *end;

	if (*p == '@') { /* a direct reference has no version to compare */
		end = strstr(p, " ;");
		return end ? end + 1 : p + strlen(p);
	}
	if (*p == '(') {
		end = strchr(p, ')');
		if (!end)
			return NULL;
		add_without_blanks(out, p + 1, end);
		p = skip_blanks(end + 1);
	} else {
		end = p + strcspn(p, ";");
		add_without_blanks(out, p, end);
		p = end;
	}
	return pep440_specifiers_valid(out->data) ? p : NULL;
}

bool python_requirement_parse(const char *text, struct python_requirement *out)
{
	const char *p;

	if (!text || strnlen(text, REQUIREMENT_MAX + 1) > REQUIREMENT_MAX)
		return false;
	str_clear(&out->name);
	str_clear(&out->extras);
	str_clear(&out->specifiers);
	str_clear(&out->marker);
	p = parse_name(skip_blanks(text), &out->name);
	if (p)
		p = parse_extras(p, &out->extras);
	if (p)
		p = parse_specifiers(p, &out->specifiers);
	if (!p || (*p && *p != ';'))
		return false;
	if (*p == ';')
		str_add(&out->marker, skip_blanks(p + 1));
	str_trim(&out->marker);
	return true;
}

/* --- markers ------------------------------------------------------------------------ */

struct marker {
	const char *p;
	const struct python_marker_environment *env;
	int depth;
	bool malformed;
};

struct operand {
	char text[MARKER_VALUE_MAX];
	bool variable, known;
};

static const char *environment_value(const struct python_marker_environment *env,
                                     const char *name)
{
	const struct {
		const char *name, *value;
	} table[] = {
		{"python_version", env->python_version},
		{"python_full_version", env->python_full_version},
		{"sys_platform", env->sys_platform},
		{"sys.platform", env->sys_platform},
		{"platform_system", env->platform_system},
		{"platform_machine", env->platform_machine},
		{"platform.machine", env->platform_machine},
		{"os_name", env->os_name},
		{"os.name", env->os_name},
		{"implementation_name", env->implementation_name},
		{"platform_python_implementation", env->platform_python_implementation},
		{"platform.python_implementation", env->platform_python_implementation},
		{"extra", env->extra},
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (text_equal(table[i].name, name))
			return table[i].value;
	return NULL;
}

static bool take_value(struct operand *out, const char *from, size_t n)
{
	if (n >= sizeof(out->text))
		return false;
	memcpy(out->text, from, n);
	out->text[n] = '\0';
	return true;
}

static bool parse_operand(struct marker *m, struct operand *out)
{
	const char *start;
	size_t n;

	memset(out, 0, sizeof(*out));
	m->p = skip_blanks(m->p);
	if (*m->p == '\'' || *m->p == '"') {
		char quote = *m->p++;

		start = m->p;
		n = strcspn(start, quote == '"' ? "\"" : "'");
		m->p = start + n + (start[n] != '\0');
		out->known = true;
		return start[n] && take_value(out, start, n);
	}
	start = m->p;
	while (isalnum((unsigned char)*m->p) || *m->p == '_' || *m->p == '.')
		m->p++;
	n = (size_t)(m->p - start);
	if (n == 0 || !take_value(out, start, n))
		return false;
	const char *value = environment_value(m->env, out->text);

	out->variable = true;
	out->known = value && strlen(value) < sizeof(out->text);
	if (out->known)
		return take_value(out, value, strlen(value));
	return true;
}

static bool word_follows(const char *p, const char *word)
{
	size_t n = strlen(word);

	return text_starts(p, word) && !isalnum((unsigned char)p[n]) && p[n] != '_';
}

static bool parse_operator(struct marker *m, char out[8])
{
	m->p = skip_blanks(m->p);
	if (word_follows(m->p, "in")) {
		m->p += 2;
		memcpy(out, "in", 3);
		return true;
	}
	if (word_follows(m->p, "not")) {
		m->p = skip_blanks(m->p + 3);
		if (!word_follows(m->p, "in"))
			return false;
		m->p += 2;
		memcpy(out, "not in", 7);
		return true;
	}
	size_t n = strspn(m->p, "<>=!~");

	if (n == 0 || n > 3)
		return false;
	memcpy(out, m->p, n);
	out[n] = '\0';
	m->p += n;
	return true;
}

static bool compare_text(const char *a, const char *op, const char *b)
{
	int c = strcmp(a, b);

	if (text_equal(op, "==") || text_equal(op, "==="))
		return c == 0;
	if (text_equal(op, "!="))
		return c != 0;
	if (text_equal(op, "<"))
		return c < 0;
	if (text_equal(op, "<="))
		return c <= 0;
	if (text_equal(op, ">"))
		return c > 0;
	return text_equal(op, ">=") && c >= 0;
}

static bool compare_operands(const struct operand *a, const char *op,
                             const struct operand *b)
{
	CLEANUP(str_release) struct str specifier = STR_INIT;
	struct pep440 ignored;

	if (!a->known || !b->known)
		return false;
	if (text_equal(op, "in"))
		return text_contains(b->text, a->text);
	if (text_equal(op, "not in"))
		return !text_contains(b->text, a->text);
	str_addf(&specifier, "%s%s", op, b->text);
	if (pep440_parse(a->text, &ignored) && pep440_specifiers_valid(specifier.data))
		return pep440_satisfies(a->text, specifier.data);
	return compare_text(a->text, op, b->text);
}

static bool parse_or(struct marker *m);

static bool parse_term(struct marker *m)
{
	struct operand a, b;
	char op[8];
	bool value;

	m->p = skip_blanks(m->p);
	if (*m->p == '(') {
		if (++m->depth > MARKER_DEPTH) {
			m->malformed = true;
			return false;
		}
		m->p++;
		value = parse_or(m);
		m->p = skip_blanks(m->p);
		if (*m->p == ')')
			m->p++;
		else
			m->malformed = true;
		m->depth--;
		return value;
	}
	if (!parse_operand(m, &a) || !parse_operator(m, op) || !parse_operand(m, &b)) {
		m->malformed = true;
		return false;
	}
	return compare_operands(&a, op, &b);
}

static bool parse_and(struct marker *m)
{
	bool value = parse_term(m);

	for (m->p = skip_blanks(m->p); !m->malformed && word_follows(m->p, "and");
	     m->p = skip_blanks(m->p)) {
		m->p += 3;
		value &= parse_term(m);
	}
	return value;
}

static bool parse_or(struct marker *m)
{
	bool value = parse_and(m);

	for (m->p = skip_blanks(m->p); !m->malformed && word_follows(m->p, "or");
	     m->p = skip_blanks(m->p)) {
		m->p += 2;
		value |= parse_and(m);
	}
	return value;
}

bool python_marker_true(const char *marker, const struct python_marker_environment *env)
{
	struct marker m = {.p = marker, .env = env};
	bool value;

	if (!marker || !*skip_blanks(marker))
		return true;
	if (strnlen(marker, REQUIREMENT_MAX + 1) > REQUIREMENT_MAX)
		return false;
	value = parse_or(&m);
	return value && !m.malformed && !*skip_blanks(m.p);
}
