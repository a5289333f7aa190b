/* SPDX-License-Identifier: MIT */
/*
 * Patterns: compiled once, tried only where one of their literals stands.  What is tried
 * is a window of bounded size, and each pattern has a budget, so that no text makes the
 * whole slower than linear; PCRE2's own limits end an expression that backtracks.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "pattern.h"

#include <pcre2.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "automaton.h"
#include "trilane/cleanup.h"
#include "trilane/facts.h"
#include "trilane/mem.h"

#include "trilane/banned.h"

enum {
	EXPRESSION_MAX = 2000,
	CAPTURE_MAX = 300,
	MATCH_LIMIT = 50000,
	DEPTH_LIMIT = 2000,
};

/* Compiled when a text first has one of its literals: most never are.  Two threads may
 * both compile; one of them puts its own away again. */
struct pattern {
	char *expression;
	unsigned lines;
	_Atomic(pcre2_code *) code;
};

struct literal_users {
	size_t *patterns;
	size_t count, capacity;
};

/* The automaton and, for each of its literals, the patterns that need it. */
struct pattern_index {
	struct automaton *automaton;
	struct strlist literals;
	json_t *literal_numbers; /* {literal: its index} while the index is made */
	struct literal_users *users;
	pcre2_match_context *limits;
};

/* --- making ------------------------------------------------------------------------- */

static pcre2_code *compile(const char *expression, struct error *err)
{
	uint32_t options = PCRE2_CASELESS | PCRE2_NEVER_BACKSLASH_C | PCRE2_NEVER_UTF;
	PCRE2_SIZE offset;
	int code;
	pcre2_code *out = pcre2_compile((PCRE2_SPTR)expression, PCRE2_ZERO_TERMINATED,
	                                options, &code, &offset, NULL);

	if (!out) {
		unsigned char text[160];

		pcre2_get_error_message(code, text, sizeof(text));
		error_set(err, ERROR_INVALID, "pattern \"%.80s\": %s at %zu", expression,
		          (char *)text, (size_t)offset);
	}
	return out;
}

int pattern_check(const char *expression, struct error *err)
{
	CLEANUP(strlist_release) struct strlist literals = STRLIST_INIT;
	pcre2_code *code;

	if (strlen(expression) > EXPRESSION_MAX)
		return error_set(err, ERROR_INVALID, "pattern is longer than %d bytes",
		                 EXPRESSION_MAX);
	code = compile(expression, err);
	if (!code)
		return ERROR_INVALID;
	pcre2_code_free(code);
	if (!pattern_literals(expression, &literals))
		return error_set(err, ERROR_INVALID,
		                 "pattern \"%.80s\": each alternative needs a run of "
		                 "three plain characters",
		                 expression);
	return 0;
}

size_t pattern_set_add(struct pattern_set *set, const char *expression, unsigned lines)
{
	CLEANUP(str_release) struct str key = STR_INIT;
	const json_t *known;

	str_addf(&key, "%u %s", lines, expression);
	if (!set->known)
		set->known = json_object();
	known = json_object_get(set->known, key.data);
	if (known)
		return (size_t)json_integer_value(known);
	set->items = array_reserve(set->items, &set->capacity, set->count + 1,
	                           sizeof(*set->items));
	set->items[set->count].expression = xstrdup(expression);
	set->items[set->count].lines = lines;
	atomic_init(&set->items[set->count].code, NULL);
	json_object_set_new(set->known, key.data, json_integer((json_int_t)set->count));
	return set->count++;
}

/* NULL for an expression that does not compile, which then matches nothing. */
static pcre2_code *pattern_code(struct pattern *p)
{
	pcre2_code *code = atomic_load(&p->code), *none = NULL;

	if (code)
		return code;
	code = compile(p->expression, NULL);
	if (!code)
		return NULL;
	pcre2_jit_compile(code, PCRE2_JIT_COMPLETE); /* without it it is only slower */
	if (atomic_compare_exchange_strong(&p->code, &none, code))
		return code;
	pcre2_code_free(code);
	return none;
}

static size_t literal_index(struct pattern_index *x, const char *literal)
{
	const json_t *known = json_object_get(x->literal_numbers, literal);

	if (known)
		return (size_t)json_integer_value(known);
	json_object_set_new(x->literal_numbers, literal,
	                    json_integer((json_int_t)x->literals.count));
	strlist_add(&x->literals, literal);
	return x->literals.count - 1;
}

static void index_pattern(struct pattern_index *x, size_t pattern, const char *expression)
{
	CLEANUP(strlist_release) struct strlist literals = STRLIST_INIT;

	pattern_literals(expression, &literals);
	for (size_t i = 0; i < literals.count; i++) {
		size_t known = x->literals.count;
		size_t l = literal_index(x, literals.items[i]);

		if (l == known) {
			x->users = xrealloc(x->users, (l + 1) * sizeof(*x->users));
			x->users[l] = (struct literal_users){NULL, 0, 0};
		}
		struct literal_users *u = &x->users[l];

		u->patterns = array_reserve(u->patterns, &u->capacity, u->count + 1,
		                            sizeof(*u->patterns));
		u->patterns[u->count++] = pattern;
	}
}

void pattern_set_compile(struct pattern_set *set)
{
	struct pattern_index *x = xcalloc(1, sizeof(*x));

	x->literal_numbers = json_object();
	for (size_t i = 0; i < set->count; i++)
		index_pattern(x, i, set->items[i].expression);
	json_decref(x->literal_numbers);
	x->literal_numbers = NULL;
	x->automaton = automaton_new(&x->literals);
	x->limits = pcre2_match_context_create(NULL);
	if (x->limits) {
		pcre2_set_match_limit(x->limits, MATCH_LIMIT);
		pcre2_set_depth_limit(x->limits, DEPTH_LIMIT);
	}
	set->index = x;
}

void pattern_set_release(struct pattern_set *set)
{
	struct pattern_index *x = set->index;

	for (size_t i = 0; i < set->count; i++) {
		free(set->items[i].expression);
		pcre2_code_free(atomic_load(&set->items[i].code));
	}
	free(set->items);
	json_decref(set->known);
	if (x) {
		for (size_t i = 0; i < x->literals.count; i++)
			free(x->users[i].patterns);
		free(x->users);
		strlist_release(&x->literals);
		automaton_free(x->automaton);
		pcre2_match_context_free(x->limits);
		free(x);
	}
	*set = (struct pattern_set)PATTERN_SET_INIT;
}

/* --- searching ---------------------------------------------------------------------- */

/* What one pattern has used and where it was tried last. */
struct tried {
	size_t bytes;
	size_t window_end;
	unsigned line;
};

struct search {
	const struct pattern_set *set;
	const struct pattern_index *index;
	const char *text;
	size_t size;
	struct pattern_matches *matches;
	struct tried *tried;
	pcre2_match_data *data;
	struct str joined; /* windows of several lines, with blanks for line ends */
};

static bool is_line_end(char c)
{
	return c == '\n' || c == '\v';
}

/* From POS back over LINES line ends, at most a window; the offset of the start. */
static size_t window_start(const struct search *s, size_t pos, unsigned lines)
{
	size_t floor = pos > PATTERN_WINDOW ? pos - PATTERN_WINDOW : 0;

	while (pos > floor) {
		if (is_line_end(s->text[pos - 1]) && lines-- == 0)
			break;
		pos--;
	}
	return pos;
}

static size_t window_end(const struct search *s, size_t pos, unsigned lines)
{
	size_t ceiling = s->size - pos > PATTERN_WINDOW ? pos + PATTERN_WINDOW : s->size;

	while (pos < ceiling) {
		if (is_line_end(s->text[pos]) && lines-- == 0)
			break;
		pos++;
	}
	return pos;
}

static json_t *take_captures(const pcre2_code *code, pcre2_match_data *data,
                             const char *subject)
{
	uint32_t names = 0, entry_size = 0;
	PCRE2_SPTR entry = NULL;
	PCRE2_SIZE *offsets = pcre2_get_ovector_pointer(data);
	json_t *captures;

	pcre2_pattern_info(code, PCRE2_INFO_NAMECOUNT, &names);
	if (names == 0)
		return NULL;
	pcre2_pattern_info(code, PCRE2_INFO_NAMEENTRYSIZE, &entry_size);
	pcre2_pattern_info(code, PCRE2_INFO_NAMETABLE, &entry);
	captures = json_object();
	for (; names > 0; names--, entry += entry_size) {
		size_t group = (size_t)entry[0] << 8 | entry[1];
		PCRE2_SIZE from = offsets[2 * group], to = offsets[2 * group + 1];

		if (group >= pcre2_get_ovector_count(data) || from == PCRE2_UNSET)
			continue;
		json_object_set_new(captures, (const char *)entry + 2,
		                    fact_text(subject + from, to - from > CAPTURE_MAX
		                                                      ? CAPTURE_MAX
		                                                      : to - from));
	}
	return captures;
}

static void keep_match(struct search *s, size_t pattern, size_t pos, unsigned line,
                       const char *subject)
{
	struct pattern_matches *m = &s->matches[pattern];
	size_t start = window_start(s, pos, 0);

	m->items = xrealloc(m->items, (m->count + 1) * sizeof(*m->items));
	m->items[m->count++] = (struct pattern_match){
		.line = line,
		.text = s->text + start,
		.size = window_end(s, pos, 0) - start,
		.captures = take_captures(pattern_code(&s->set->items[pattern]), s->data,
	                                  subject),
	};
}

static void try_pattern(struct search *s, size_t pattern, size_t pos, unsigned line)
{
	struct pattern *p = &s->set->items[pattern];
	pcre2_code *code;
	struct tried *tried = &s->tried[pattern];
	unsigned around = p->lines - 1;
	size_t start, end;

	if (s->matches[pattern].count >= PATTERN_MATCHES_MAX ||
	    tried->bytes >= PATTERN_BUDGET || pos < tried->window_end)
		return;
	start = window_start(s, pos, around);
	end = window_end(s, pos, around);
	tried->bytes += end - start + 16;
	tried->window_end = window_end(s, pos, 0); /* once a line is enough */

	const char *subject = s->text + start;

	if (around > 0) {
		str_clear(&s->joined);
		str_add_n(&s->joined, subject, end - start);
		for (size_t i = 0; i < s->joined.len; i++)
			if (is_line_end(s->joined.data[i]))
				s->joined.data[i] = ' ';
		subject = s->joined.data;
	}
	code = pattern_code(p);
	if (!code || pcre2_match(code, (PCRE2_SPTR)subject, end - start, 0, 0, s->data,
	                         s->index->limits) < 0)
		return;
	keep_match(s, pattern, pos, line, subject);
}

/* POS is the last byte of a literal that has just been found. */
static void try_users(struct search *s, uint32_t state, size_t pos, unsigned line)
{
	int literal;

	while ((literal = automaton_literal(s->index->automaton, &state)) >= 0) {
		const struct literal_users *u = &s->index->users[literal];

		for (size_t i = 0; i < u->count; i++)
			try_pattern(s, u->patterns[i], pos, line);
	}
}

void pattern_set_run(const struct pattern_set *set, const struct str *text,
                     struct pattern_matches *matches)
{
	struct search s = {
		.set = set,
		.index = set->index,
		.text = text->data,
		.size = text->len,
		.matches = matches,
		.tried = xcalloc(set->count + 1, sizeof(struct tried)),
		.data = pcre2_match_data_create(16, NULL),
		.joined = STR_INIT,
	};
	uint32_t state = 0;
	unsigned line = 1;

	for (size_t i = 0; s.data && i < s.size; i++) {
		char c = s.text[i];

		state = automaton_step(s.index->automaton, state, (unsigned char)c);
		if (automaton_accepts(s.index->automaton, state))
			try_users(&s, state, i, line);
		line += c == '\n';
	}
	pcre2_match_data_free(s.data);
	free(s.tried);
	str_release(&s.joined);
}

void pattern_matches_release(struct pattern_matches *matches, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < matches[i].count; j++)
			json_decref(matches[i].items[j].captures);
		free(matches[i].items);
		matches[i] = (struct pattern_matches){NULL, 0};
	}
}
