/* SPDX-License-Identifier: MIT */
/* Making a set of patterns: what each needs, and the index by which that is found. */
#include "pattern_index.h"

#include <stdlib.h>
#include <string.h>

#include "trilane/cleanup.h"
#include "trilane/mem.h"

#include "trilane/banned.h"

enum {
	EXPRESSION_MAX = 2000,
	MATCH_LIMIT = 50000,
	DEPTH_LIMIT = 2000,
	KEY_MAX = 12,  /* bytes of a literal that the automaton knows */
	TRIED_MAX = 8, /* texts of a clause that a check tries */
};

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

static pcre2_match_context *new_limits(void)
{
	pcre2_match_context *limits = pcre2_match_context_create(NULL);

	if (limits) {
		pcre2_set_match_limit(limits, MATCH_LIMIT);
		pcre2_set_depth_limit(limits, DEPTH_LIMIT);
	}
	return limits;
}

/* Whether a window that begins with WORD and goes on with FILLER exhausts the limits. */
static bool exhausts(const pcre2_code *code, pcre2_match_context *limits,
                     const char *word, const char *filler)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	pcre2_match_data *data = pcre2_match_data_create(1, NULL);
	int rc;

	str_add(&text, word);
	while (text.len < (size_t)2 * PATTERN_WINDOW)
		str_add(&text, filler);
	rc = pcre2_match(code, (PCRE2_SPTR)text.data, text.len, 0, 0, data, limits);
	pcre2_match_data_free(data);
	return rc == PCRE2_ERROR_MATCHLIMIT || rc == PCRE2_ERROR_DEPTHLIMIT;
}

/* What backtracks on its own words would be given up on where it matters: in a log. */
static bool clause_exhausts(const pcre2_code *code, pcre2_match_context *limits,
                            const struct strlist *words)
{
	static const char *const fillers[] = {"a", "1.", "/a", " ", "a "};

	for (size_t i = 0; i < words->count && i < TRIED_MAX; i++)
		for (size_t j = 0; j < sizeof(fillers) / sizeof(fillers[0]); j++)
			if (exhausts(code, limits, words->items[i], fillers[j]))
				return true;
	return false;
}

static bool backtracks(const pcre2_code *code, const struct literals *l)
{
	pcre2_match_context *limits = new_limits();
	bool found = false;

	for (size_t i = 0; i < l->count && !found; i++)
		for (size_t j = 0; j < l->branches[i].count && !found; j++)
			found = clause_exhausts(code, limits,
			                        &l->branches[i].clauses[j].any);
	pcre2_match_context_free(limits);
	return found;
}

int pattern_check(const char *expression, struct error *err)
{
	CLEANUP(literals_release) struct literals literals = LITERALS_INIT;
	pcre2_code *code;
	bool slow;

	if (strlen(expression) > EXPRESSION_MAX)
		return error_set(err, ERROR_INVALID, "pattern is longer than %d bytes",
		                 EXPRESSION_MAX);
	code = compile(expression, err);
	if (!code)
		return ERROR_INVALID;
	slow = literals_read(expression, &literals) && backtracks(code, &literals);
	pcre2_code_free(code);
	if (slow)
		return error_set(err, ERROR_INVALID,
		                 "pattern \"%.80s\" backtracks too much: make a repeat "
		                 "possessive (\\S*+) or bounded",
		                 expression);
	if (literals.count == 0)
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

pcre2_code *pattern_code(struct pattern *p, bool fast)
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

/* The longest word of LITERAL: at blanks a sentence over several lines may be wrapped. */
static void longest_word(const char *literal, struct str *out)
{
	const char *longest = literal;
	size_t size = 0;

	for (const char *p = literal; *p;) {
		size_t n = strcspn(p, " ");

		if (n > size) {
			longest = p;
			size = n;
		}
		p += n + strspn(p + n, " ");
	}
	if (size >= LITERAL_MIN)
		str_add_n(out, longest, size);
	else
		str_add(out, literal);
}

/* A branch is found by the ends of its longest literals. */
static void index_branch(struct pattern_index *x, size_t pattern, unsigned lines,
                         const struct literal_branch *needs)
{
	const struct strlist *any = &needs->clauses[0].any;

	x->branches = array_reserve(x->branches, &x->branch_capacity, x->branch_count + 1,
	                            sizeof(*x->branches));
	x->branches[x->branch_count] = (struct pattern_branch){pattern, needs};
	for (size_t i = 0; i < any->count; i++) {
		CLEANUP(str_release) struct str key = STR_INIT;
		struct key_users *u;

		if (lines > 1)
			longest_word(any->items[i], &key);
		else
			str_add(&key, any->items[i]);
		u = users_of(x, key.data + (key.len > KEY_MAX ? key.len - KEY_MAX : 0));
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
			index_branch(x, i, set->items[i].lines,
			             &x->literals[i].branches[b]);
	}
	json_decref(x->key_numbers);
	x->key_numbers = NULL;
	x->automaton = automaton_new(&x->keys);
	x->limits = new_limits();
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
