/* SPDX-License-Identifier: MIT */
/*
 * Searching a text for patterns: each is tried only where all its literals stand.  What
 * is tried is a window of bounded size, each pattern has a budget and the text has one,
 * so that no text makes the whole slower than linear; PCRE2's own limits end an
 * expression that backtracks.
 */
#include "pattern_index.h"

#include <stdlib.h>
#include <string.h>

#include "trilane/facts.h"
#include "trilane/mem.h"

#include "trilane/banned.h"

enum {
	CAPTURE_MAX = 300,
	TRY_COST = 16,             /* in bytes of a budget, beside the window's */
	MACHINE_CODE_AFTER = 4096, /* bytes tried, from which compiling further pays */
	LIMIT_COST = PATTERN_BUDGET / 8, /* of running into PCRE2's limits */
	MATCH_WORK = 8, /* matching a byte is as many times looking at it */
	LIMIT_WORK = 1 << 18,
	WORK_MAX = 1 << 27, /* for one text, about 0.1 s */
};

/* What a pattern looks at. */
struct window {
	size_t from, to;
};

struct view {
	const char *data;
	size_t size;
};

/* The window around a position.  Many patterns ask for the same. */
struct around {
	size_t end; /* one behind the position; 0: of none yet */
	struct window window;
	bool read; /* LOWER is it, in lower case */
	struct view lower;
	struct str joined; /* its bytes, if its lines had to be joined */
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
	size_t *ends;        /* of the lines */
	size_t end_count;
	size_t next_end; /* the first that is not before the position */
	unsigned line;   /* of the position, from 1 */
	struct around around[PATTERN_LINES_MAX]; /* by lines before and behind */
	size_t work; /* bytes looked through, and what else takes as long */
	pcre2_match_data *data;
	struct str joined; /* a window of several lines as one */
};

static bool is_line_end(char c)
{
	return c == '\n' || c == '\v';
}

static void find_line_ends(struct search *s)
{
	size_t capacity = 0;

	for (size_t i = 0; i < s->size; i++)
		if (is_line_end(s->text[i])) {
			s->ends = array_reserve(s->ends, &capacity, s->end_count + 1,
			                        sizeof(*s->ends));
			s->ends[s->end_count++] = i;
		}
}

/* Positions only go forward. */
static void go_to(struct search *s, size_t pos)
{
	for (; s->next_end < s->end_count && s->ends[s->next_end] < pos; s->next_end++)
		s->line += s->text[s->ends[s->next_end]] == '\n';
}

/* From where the search is back over LINES line ends, at most a window. */
static size_t find_start(const struct search *s, size_t pos, unsigned lines)
{
	size_t floor = pos > PATTERN_WINDOW ? pos - PATTERN_WINDOW : 0;
	size_t start = s->next_end > lines ? s->ends[s->next_end - 1 - lines] + 1 : 0;

	return start > floor ? start : floor;
}

static size_t find_end(const struct search *s, size_t pos, unsigned lines)
{
	size_t ceiling = s->size - pos > PATTERN_WINDOW ? pos + PATTERN_WINDOW : s->size;
	size_t i = s->next_end + lines;

	return i < s->end_count && s->ends[i] < ceiling ? s->ends[i] : ceiling;
}

/* The line of POS and as many LINES on either side. */
static struct around *look_around(struct search *s, size_t pos, unsigned lines)
{
	struct around *a = &s->around[lines];

	if (a->end == pos + 1)
		return a;
	a->end = pos + 1;
	a->read = false;
	a->window.from = find_start(s, pos, lines);
	a->window.to = find_end(s, pos, lines);
	return a;
}

static struct window line_around(struct search *s, size_t pos)
{
	return look_around(s, pos, 0)->window;
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

static void keep_match(struct search *s, size_t pattern, size_t pos,
                       const pcre2_code *code, const char *subject)
{
	struct pattern_matches *m = &s->matches[pattern];
	struct window w = line_around(s, pos);

	m->items = xrealloc(m->items, (m->count + 1) * sizeof(*m->items));
	m->items[m->count++] = (struct pattern_match){
		.line = s->line,
		.text = s->text + w.from,
		.size = w.to - w.from,
		.captures = take_captures(code, s->data, subject),
	};
}

/* How many bytes at P a wrapped line begins with: blanks, and the bar of a box. */
static size_t indent_length(const char *p, const char *end)
{
	static const char bar[] = "\xe2\x94\x82"; /* "│" */
	const char *start = p;

	while (p < end) {
		if (is_line_end(*p) || *p == ' ' || *p == '\t')
			p++;
		else if ((size_t)(end - p) >= sizeof(bar) - 1 &&
		         memcmp(p, bar, sizeof(bar) - 1) == 0)
			p += sizeof(bar) - 1;
		else
			break;
	}
	return (size_t)(p - start);
}

static void trim_end(struct str *s)
{
	size_t n = s->len;

	while (n > 0 && (s->data[n - 1] == ' ' || s->data[n - 1] == '\t'))
		n--;
	str_truncate(s, n);
}

/* The bytes of TEXT in W.  If there are to be LINES, each line end reads as one blank,
 * with the blanks before it and what the next line begins with: resolvers wrap their
 * sentences so. */
static struct view read_window(const char *text, struct window w, unsigned lines,
                               struct str *joined)
{
	const char *p = text + w.from, *end = text + w.to;

	if (lines == 1)
		return (struct view){p, w.to - w.from};
	str_clear(joined);
	while (p < end) {
		size_t n = 0;

		while (p + n < end && !is_line_end(p[n]))
			n++;
		str_add_n(joined, p, n);
		p += n;
		if (p < end) {
			trim_end(joined);
			str_add_char(joined, ' ');
			p += indent_length(p, end);
		}
	}
	return (struct view){joined->data, joined->len};
}

static struct view read_lower(struct search *s, struct around *a, unsigned lines)
{
	if (!a->read)
		a->lower = read_window(s->lower.data, a->window, lines, &a->joined);
	a->read = true;
	return a->lower;
}

static bool any_stands(struct search *s, const struct strlist *any, struct view lower)
{
	for (size_t i = 0; i < any->count; i++) {
		s->work += lower.size;
		if (memmem(lower.data, lower.size, any->items[i], strlen(any->items[i])))
			return true;
	}
	return false;
}

static bool all_stand(struct search *s, const struct literal_branch *needs,
                      struct view lower)
{
	for (size_t i = 0; i < needs->count; i++)
		if (!any_stands(s, &needs->clauses[i].any, lower))
			return false;
	return true;
}

static void try_pattern(struct search *s, size_t pattern, struct window w, size_t pos)
{
	struct pattern *p = &s->set->items[pattern];
	struct tried *tried = &s->tried[pattern];
	pcre2_code *code = pattern_code(p, tried->bytes > MACHINE_CODE_AFTER);
	struct view subject = read_window(s->text, w, p->lines, &s->joined);
	int rc;

	tried->bytes += w.to - w.from + TRY_COST;
	tried->window_end = line_around(s, pos).to; /* once a line is enough */
	if (!code)
		return;
	rc = pcre2_match(code, (PCRE2_SPTR)subject.data, subject.size, 0, 0, s->data,
	                 s->index->limits);
	s->work += subject.size * MATCH_WORK;
	if (rc >= 0) {
		keep_match(s, pattern, pos, code, subject.data);
	} else if (rc != PCRE2_ERROR_NOMATCH) {
		tried->bytes += LIMIT_COST;
		s->work += LIMIT_WORK;
	}
}

/* POS is the last byte of a literal of the branch. */
static void look_at_branch(struct search *s, size_t branch, size_t pos)
{
	const struct pattern_branch *b = &s->index->branches[branch];
	unsigned lines = s->set->items[b->pattern].lines;
	const struct tried *tried = &s->tried[b->pattern];
	struct around *a;

	if (pos < s->looked[branch] || pos < tried->window_end ||
	    tried->bytes >= PATTERN_BUDGET || s->work >= WORK_MAX ||
	    s->matches[b->pattern].count >= PATTERN_MATCHES_MAX)
		return;
	a = look_around(s, pos, lines - 1);
	s->looked[branch] = line_around(s, pos).to;
	if (all_stand(s, b->needs, read_lower(s, a, lines)))
		try_pattern(s, b->pattern, a->window, pos);
}

/* POS is the last byte of a key that has just been found. */
static void look_at_users(struct search *s, uint32_t state, size_t pos)
{
	int key;

	while ((key = automaton_literal(s->index->automaton, &state)) >= 0) {
		const struct key_users *u = &s->index->users[key];

		for (size_t i = 0; i < u->count; i++)
			look_at_branch(s, u->branches[i], pos);
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

	for (size_t i = 0; i < s->size; i++) {
		i = automaton_find(s->index->automaton, &state, s->text, i, s->size);
		if (i == s->size)
			return;
		go_to(s, i);
		look_at_users(s, state, i);
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
		.line = 1,
		.matches = matches,
		.tried = xcalloc(set->count + 1, sizeof(struct tried)),
		.looked = xcalloc(set->index->branch_count + 1, sizeof(size_t)),
		.data = pcre2_match_data_create(16, NULL),
		.joined = STR_INIT,
	};

	for (size_t i = 0; i < PATTERN_LINES_MAX; i++)
		s.around[i].joined = (struct str)STR_INIT;
	lower_case(text->data, text->len, &s.lower);
	find_line_ends(&s);
	if (s.data && s.lower.len == s.size)
		search_run(&s);
	pcre2_match_data_free(s.data);
	free(s.tried);
	free(s.looked);
	free(s.ends);
	str_release(&s.lower);
	str_release(&s.joined);
	for (size_t i = 0; i < PATTERN_LINES_MAX; i++)
		str_release(&s.around[i].joined);
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
