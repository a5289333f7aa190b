/* SPDX-License-Identifier: MIT */
/*
 * Patterns: compiled once, tried only where their literals stand.  What is tried is a
 * window of bounded size, and each pattern has a budget, so that no text makes the whole
 * slower than linear; PCRE2's own limits end an expression that backtracks.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "pattern.h"

#include <pcre2.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "automaton.h"
#include "literals.h"
#include "trilane/cleanup.h"
#include "trilane/facts.h"
#include "trilane/mem.h"

#include "trilane/banned.h"

enum {
	EXPRESSION_MAX = 2000,
	CAPTURE_MAX = 300,
	MATCH_LIMIT = 50000,
	DEPTH_LIMIT = 2000,
	KEY_MAX = 12,              /* bytes of a literal that the automaton knows */
	TRY_COST = 16,             /* in bytes of a budget, beside the window's */
	MACHINE_CODE_AFTER = 4096, /* bytes tried, from which compiling further pays */
	LIMIT_COST = PATTERN_BUDGET / 8, /* of running into PCRE2's limits */
	MATCH_WORK = 8, /* matching a byte is so many times looking at one */
	LIMIT_WORK = 1 << 18,
	WORK_MAX = 1 << 27, /* for one text, about 0.1 s */
};

/* Compiled when a text first has its literals, most never are; and to machine code when
 * a text has them often.  Two threads may both compile; one of them puts its own away
 * again. */
struct pattern {
	char *expression;
	unsigned lines;
	_Atomic(pcre2_code *) code, fast;
};

/* One top-level alternative of a pattern. */
struct pattern_branch {
	size_t pattern;
	const struct literal_branch *needs;
};

struct key_users {
	size_t *branches;
	size_t count, capacity;
};

/* The automaton and, for each of its keys (ends of literals), the branches to look at. */
struct pattern_index {
	struct automaton *automaton;
	struct strlist keys;
	json_t *key_numbers; /* {key: its index} while the index is made */
	struct key_users *users;
	struct literals *literals; /* of each pattern */
	struct pattern_branch *branches;
	size_t branch_count, branch_capacity;
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
	CLEANUP(literals_release) struct literals literals = LITERALS_INIT;
	pcre2_code *code;

	if (strlen(expression) > EXPRESSION_MAX)
		return error_set(err, ERROR_INVALID, "pattern is longer than %d bytes",
		                 EXPRESSION_MAX);
	code = compile(expression, err);
	if (!code)
		return ERROR_INVALID;
	pcre2_code_free(code);
	if (!literals_read(expression, &literals))
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
	atomic_init(&set->items[set->count].fast, NULL);
	json_object_set_new(set->known, key.data, json_integer((json_int_t)set->count));
	return set->count++;
}

/* NULL for an expression that does not compile, which then matches nothing. */
static pcre2_code *pattern_code(struct pattern *p, bool fast)
{
	_Atomic(pcre2_code *) *kept = fast ? &p->fast : &p->code;
	pcre2_code *code = atomic_load(kept), *none = NULL;

	if (code)
		return code;
	code = compile(p->expression, NULL);
	if (!code)
		return NULL;
	if (fast) /* where it cannot be done it is only slower */
		pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
	if (atomic_compare_exchange_strong(kept, &none, code))
		return code;
	pcre2_code_free(code);
	return none;
}

static struct key_users *users_of(struct pattern_index *x, const char *key)
{
	const json_t *known = json_object_get(x->key_numbers, key);
	size_t i = x->keys.count;

	if (known)
		return &x->users[json_integer_value(known)];
	json_object_set_new(x->key_numbers, key, json_integer((json_int_t)i));
	strlist_add(&x->keys, key);
	x->users = xrealloc(x->users, (i + 1) * sizeof(*x->users));
	x->users[i] = (struct key_users){NULL, 0, 0};
	return &x->users[i];
}

/* A branch is found by the ends of its longest literals. */
static void index_branch(struct pattern_index *x, size_t pattern,
                         const struct literal_branch *needs)
{
	const struct strlist *any = &needs->clauses[0].any;

	x->branches = array_reserve(x->branches, &x->branch_capacity, x->branch_count + 1,
	                            sizeof(*x->branches));
	x->branches[x->branch_count] = (struct pattern_branch){pattern, needs};
	for (size_t i = 0; i < any->count; i++) {
		size_t n = strlen(any->items[i]);
		struct key_users *u =
			users_of(x, any->items[i] + (n > KEY_MAX ? n - KEY_MAX : 0));

		u->branches = array_reserve(u->branches, &u->capacity, u->count + 1,
		                            sizeof(*u->branches));
		u->branches[u->count++] = x->branch_count;
	}
	x->branch_count++;
}

void pattern_set_compile(struct pattern_set *set)
{
	struct pattern_index *x = xcalloc(1, sizeof(*x));

	x->key_numbers = json_object();
	x->literals = xcalloc(set->count + 1, sizeof(*x->literals));
	for (size_t i = 0; i < set->count; i++) {
		literals_read(set->items[i].expression, &x->literals[i]);
		for (size_t b = 0; b < x->literals[i].count; b++)
			index_branch(x, i, &x->literals[i].branches[b]);
	}
	json_decref(x->key_numbers);
	x->key_numbers = NULL;
	x->automaton = automaton_new(&x->keys);
	x->limits = pcre2_match_context_create(NULL);
	if (x->limits) {
		pcre2_set_match_limit(x->limits, MATCH_LIMIT);
		pcre2_set_depth_limit(x->limits, DEPTH_LIMIT);
	}
	set->index = x;
}

static void index_free(struct pattern_index *x, size_t patterns)
{
	if (!x)
		return;
	for (size_t i = 0; i < x->keys.count; i++)
		free(x->users[i].branches);
	for (size_t i = 0; i < patterns; i++)
		literals_release(&x->literals[i]);
	free(x->users);
	free(x->literals);
	free(x->branches);
	strlist_release(&x->keys);
	automaton_free(x->automaton);
	pcre2_match_context_free(x->limits);
	free(x);
}

void pattern_set_release(struct pattern_set *set)
{
	for (size_t i = 0; i < set->count; i++) {
		free(set->items[i].expression);
		pcre2_code_free(atomic_load(&set->items[i].code));
		pcre2_code_free(atomic_load(&set->items[i].fast));
	}
	index_free(set->index, set->count);
	free(set->items);
	json_decref(set->known);
	*set = (struct pattern_set)PATTERN_SET_INIT;
}

/* --- searching ---------------------------------------------------------------------- */

/* What a pattern looks at. */
struct window {
	size_t from, to; /* from == to: not found out yet */
};

/* What one pattern has used and where it was tried last. */
struct tried {
	size_t bytes;
	size_t window_end;
};

struct search {
	const struct pattern_set *set;
	const struct pattern_index *index;
	const char *text;
	size_t size;
	struct str lower; /* the text in lower case */
	struct pattern_matches *matches;
	struct tried *tried; /* of each pattern */
	size_t *looked;      /* of each branch: the end of the window looked at last */
	struct window windows[PATTERN_LINES_MAX]; /* by lines around; of one position */
	size_t windows_pos;
	size_t work; /* bytes looked through, and what else takes as long */
	pcre2_match_data *data;
	struct str joined; /* windows of several lines, with blanks for line ends */
};

static bool is_line_end(char c)
{
	return c == '\n' || c == '\v';
}

/* From POS back over LINES line ends, at most a window; the offset of the start. */
static size_t find_start(const struct search *s, size_t pos, unsigned lines)
{
	size_t floor = pos > PATTERN_WINDOW ? pos - PATTERN_WINDOW : 0;

	while (pos > floor) {
		if (is_line_end(s->text[pos - 1]) && lines-- == 0)
			break;
		pos--;
	}
	return pos;
}

static size_t find_end(const struct search *s, size_t pos, unsigned lines)
{
	size_t ceiling = s->size - pos > PATTERN_WINDOW ? pos + PATTERN_WINDOW : s->size;

	while (pos < ceiling) {
		if (is_line_end(s->text[pos]) && lines-- == 0)
			break;
		pos++;
	}
	return pos;
}

/* The line of POS and as many LINES on either side.  Many patterns ask for the same. */
static struct window window_around(struct search *s, size_t pos, unsigned lines)
{
	struct window *w = &s->windows[lines];

	if (s->windows_pos != pos) {
		memset(s->windows, 0, sizeof(s->windows));
		s->windows_pos = pos;
	}
	if (w->from == w->to) {
		w->from = find_start(s, pos, lines);
		w->to = find_end(s, pos, lines);
	}
	return *w;
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
                       const pcre2_code *code, const char *subject)
{
	struct pattern_matches *m = &s->matches[pattern];
	struct window w = window_around(s, pos, 0);

	m->items = xrealloc(m->items, (m->count + 1) * sizeof(*m->items));
	m->items[m->count++] = (struct pattern_match){
		.line = line,
		.text = s->text + w.from,
		.size = w.to - w.from,
		.captures = take_captures(code, s->data, subject),
	};
}

/* The bytes of TEXT in W, with blanks for line ends if there are to be LINES. */
static const char *read_window(struct search *s, const char *text, struct window w,
                               unsigned lines)
{
	if (lines == 1)
		return text + w.from;
	str_clear(&s->joined);
	str_add_n(&s->joined, text + w.from, w.to - w.from);
	for (size_t i = 0; i < s->joined.len; i++)
		if (is_line_end(s->joined.data[i]))
			s->joined.data[i] = ' ';
	return s->joined.data;
}

static bool any_stands(struct search *s, const struct strlist *any, const char *lower,
                       size_t n)
{
	for (size_t i = 0; i < any->count; i++) {
		s->work += n;
		if (memmem(lower, n, any->items[i], strlen(any->items[i])))
			return true;
	}
	return false;
}

static bool all_stand(struct search *s, const struct literal_branch *needs,
                      const char *lower, size_t n)
{
	for (size_t i = 0; i < needs->count; i++)
		if (!any_stands(s, &needs->clauses[i].any, lower, n))
			return false;
	return true;
}

static void try_pattern(struct search *s, size_t pattern, struct window w, size_t pos,
                        unsigned line)
{
	struct pattern *p = &s->set->items[pattern];
	struct tried *tried = &s->tried[pattern];
	pcre2_code *code = pattern_code(p, tried->bytes > MACHINE_CODE_AFTER);
	const char *subject = read_window(s, s->text, w, p->lines);
	int rc;

	tried->bytes += w.to - w.from + TRY_COST;
	tried->window_end = window_around(s, pos, 0).to; /* once a line is enough */
	if (!code)
		return;
	rc = pcre2_match(code, (PCRE2_SPTR)subject, w.to - w.from, 0, 0, s->data,
	                 s->index->limits);
	s->work += (w.to - w.from) * MATCH_WORK;
	if (rc >= 0) {
		keep_match(s, pattern, pos, line, code, subject);
	} else if (rc != PCRE2_ERROR_NOMATCH) {
		tried->bytes += LIMIT_COST;
		s->work += LIMIT_WORK;
	}
}

/* POS is the last byte of a literal of the branch. */
static void look_at_branch(struct search *s, size_t branch, size_t pos, unsigned line)
{
	const struct pattern_branch *b = &s->index->branches[branch];
	unsigned lines = s->set->items[b->pattern].lines;
	const struct tried *tried = &s->tried[b->pattern];
	struct window w;

	if (pos < s->looked[branch] || pos < tried->window_end ||
	    tried->bytes >= PATTERN_BUDGET || s->work >= WORK_MAX ||
	    s->matches[b->pattern].count >= PATTERN_MATCHES_MAX)
		return;
	w = window_around(s, pos, lines - 1);
	s->looked[branch] = window_around(s, pos, 0).to;
	if (all_stand(s, b->needs, read_window(s, s->lower.data, w, lines),
	              w.to - w.from))
		try_pattern(s, b->pattern, w, pos, line);
}

/* POS is the last byte of a key that has just been found. */
static void look_at_users(struct search *s, uint32_t state, size_t pos, unsigned line)
{
	int key;

	while ((key = automaton_literal(s->index->automaton, &state)) >= 0) {
		const struct key_users *u = &s->index->users[key];

		for (size_t i = 0; i < u->count; i++)
			look_at_branch(s, u->branches[i], pos, line);
	}
}

static void lower_case(const char *text, size_t n, struct str *out)
{
	char *to = str_reserve(out, n);

	for (size_t i = 0; i < n; i++)
		to[i] = (char)(text[i] + (text[i] >= 'A' && text[i] <= 'Z' ? 32 : 0));
	str_grown(out, n);
}

static void search_run(struct search *s)
{
	uint32_t state = 0;
	unsigned line = 1;
	size_t counted = 0;

	for (size_t i = 0; i < s->size; i++) {
		i = automaton_find(s->index->automaton, &state, s->text, i, s->size);
		if (i == s->size)
			return;
		for (; counted < i; counted++)
			line += s->text[counted] == '\n';
		look_at_users(s, state, i, line);
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
		.lower = STR_INIT,
		.matches = matches,
		.tried = xcalloc(set->count + 1, sizeof(struct tried)),
		.looked = xcalloc(set->index->branch_count + 1, sizeof(size_t)),
		.data = pcre2_match_data_create(16, NULL),
		.joined = STR_INIT,
	};

	lower_case(text->data, text->len, &s.lower);
	if (s.data && s.lower.len == s.size)
		search_run(&s);
	pcre2_match_data_free(s.data);
	free(s.tried);
	free(s.looked);
	str_release(&s.lower);
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
