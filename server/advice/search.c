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
	size_t from, to; /* from == to: not found out yet */
};

struct view {
	const char *data;
	size_t size;
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
	struct str joined; /* a window of several lines as one */
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
static struct view read_window(struct search *s, const char *text, struct window w,
                               unsigned lines)
{
	const char *p = text + w.from, *end = text + w.to;

	if (lines == 1)
		return (struct view){p, w.to - w.from};
	str_clear(&s->joined);
	while (p < end) {
		size_t n = 0;

		while (p + n < end && !is_line_end(p[n]))
			n++;
		str_add_n(&s->joined, p, n);
		p += n;
		if (p < end) {
			trim_end(&s->joined);
			str_add_char(&s->joined, ' ');
			p += indent_length(p, end);
		}
	}
	return (struct view){s->joined.data, s->joined.len};
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

static void try_pattern(struct search *s, size_t pattern, struct window w, size_t pos,
                        unsigned line)
{
	struct pattern *p = &s->set->items[pattern];
	struct tried *tried = &s->tried[pattern];
	pcre2_code *code = pattern_code(p, tried->bytes > MACHINE_CODE_AFTER);
	struct view subject = read_window(s, s->text, w, p->lines);
	int rc;

	tried->bytes += w.to - w.from + TRY_COST;
	tried->window_end = window_around(s, pos, 0).to; /* once a line is enough */
	if (!code)
		return;
	rc = pcre2_match(code, (PCRE2_SPTR)subject.data, subject.size, 0, 0, s->data,
	                 s->index->limits);
	s->work += subject.size * MATCH_WORK;
	if (rc >= 0) {
		keep_match(s, pattern, pos, line, code, subject.data);
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
	if (all_stand(s, b->needs, read_window(s, s->lower.data, w, lines)))
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
