/* SPDX-License-Identifier: MIT */
/*
 * PEP 440 versions and specifier sets.  Only the standard is understood: a text outside
 * of it is "not a version", never guessed at.  The order follows the reference
 * implementation (packaging.version): a missing part is replaced by one that sorts below
 * or above every real one.
 */
#include "trilane/pep440.h"

#include <ctype.h>
#include <limits.h>
#include <stdint.h>
#include <string.h>

#include "trilane/banned.h"

enum { VERSION_TEXT_MAX = 255 };

struct scan {
	const char *p;
	const char *end;
};

static bool is_separator(char c)
{
	return c == '-' || c == '_' || c == '.';
}

static char scan_peek(const struct scan *s)
{
	return s->p < s->end ? *s->p : '\0';
}

static bool scan_number(struct scan *s, unsigned *out)
{
	const char *start = s->p;
	uint64_t value = 0;

	while (s->p < s->end && isdigit((unsigned char)*s->p)) {
		value = value * 10 + (uint64_t)(*s->p - '0');
		if (value > UINT_MAX)
			return false;
		s->p++;
	}
	*out = (unsigned)value;
	return s->p > start;
}

static bool scan_word(struct scan *s, const char *word)
{
	size_t n = strlen(word);

	if ((size_t)(s->end - s->p) < n || memcmp(s->p, word, n) != 0)
		return false;
	s->p += n;
	return true;
}

/* [-_.]? WORD ([-_.]? N)?, for any of WORDS; the index of the word or -1. */
static int scan_suffix(struct scan *s, const char *const *words, unsigned *number)
{
	struct scan start = *s;

	if (is_separator(scan_peek(s)))
		s->p++;
	for (int i = 0; words[i]; i++) {
		if (!scan_word(s, words[i]))
			continue;
		struct scan before_number = *s;

		if (is_separator(scan_peek(s)))
			s->p++;
		if (!scan_number(s, number)) {
			*s = before_number;
			*number = 0;
			if (isdigit((unsigned char)scan_peek(s)))
				break; /* too large */
		}
		return i;
	}
	*s = start;
	return -1;
}

static bool scan_release(struct scan *s, struct pep440 *out)
{
	if (!scan_number(s, &out->release[0]))
		return false;
	if (scan_peek(s) == '!') {
		out->epoch = out->release[0];
		s->p++;
		if (!scan_number(s, &out->release[0]))
			return false;
	}
	out->release_count = 1;
	while (scan_peek(s) == '.' && s->p + 1 < s->end &&
	       isdigit((unsigned char)s->p[1])) {
		s->p++;
		if (out->release_count == PEP440_RELEASE_PARTS ||
		    !scan_number(s, &out->release[out->release_count]))
			return false;
		out->release_count++;
	}
	return true;
}

static void scan_pre(struct scan *s, struct pep440 *out)
{
	static const char *const words[] = {"alpha", "beta", "preview", "pre", "rc",
	                                    "a",     "b",    "c",       NULL};
	static const char letters[] = "abrrrabr";
	int i = scan_suffix(s, words, &out->pre_number);

	if (i >= 0)
		out->pre = letters[i];
}

static void scan_post(struct scan *s, struct pep440 *out)
{
	static const char *const words[] = {"post", "rev", "r", NULL};
	struct scan start = *s;

	if (scan_peek(s) == '-') {
		s->p++;
		if (scan_number(s, &out->post_number)) {
			out->has_post = true;
			return;
		}
		*s = start;
	}
	out->has_post = scan_suffix(s, words, &out->post_number) >= 0;
}

static bool scan_local(struct scan *s, struct pep440 *out)
{
	size_t n = 0;

	if (scan_peek(s) != '+')
		return true;
	for (s->p++; s->p < s->end; s->p++) {
		char c = *s->p;

		if (is_separator(c)) {
			if (n == 0 || out->local[n - 1] == '.')
				return false;
			c = '.';
		} else if (!isalnum((unsigned char)c)) {
			return false;
		}
		if (n + 1 >= sizeof(out->local))
			return false;
		out->local[n++] = c;
	}
	out->local[n] = '\0';
	return n > 0 && out->local[n - 1] != '.';
}

static bool parse_range(const char *text, size_t n, struct pep440 *out)
{
	static const char *const dev[] = {"dev", NULL};
	char lower[VERSION_TEXT_MAX + 1];
	struct scan s;

	memset(out, 0, sizeof(*out));
	while (n > 0 && isspace((unsigned char)*text)) {
		text++;
		n--;
	}
	while (n > 0 && isspace((unsigned char)text[n - 1]))
		n--;
	if (n == 0 || n > VERSION_TEXT_MAX)
		return false;
	for (size_t i = 0; i < n; i++)
		lower[i] = (char)tolower((unsigned char)text[i]);
	lower[n] = '\0';
	s = (struct scan){lower, lower + n};
	if (*s.p == 'v')
		s.p++;
	if (!scan_release(&s, out))
		return false;
	scan_pre(&s, out);
	scan_post(&s, out);
	out->has_dev = scan_suffix(&s, dev, &out->dev_number) >= 0;
	return scan_local(&s, out) && s.p == s.end;
}

bool pep440_parse(const char *text, struct pep440 *out)
{
	return text && parse_range(text, strnlen(text, VERSION_TEXT_MAX + 16), out);
}

/* --- order ------------------------------------------------------------------------- */

static int order(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static unsigned release_part(const struct pep440 *v, int i)
{
	return i < v->release_count ? v->release[i] : 0;
}

static int compare_release(const struct pep440 *a, const struct pep440 *b, int parts)
{
	int c = order(a->epoch, b->epoch);

	for (int i = 0; c == 0 && i < parts; i++)
		c = order(release_part(a, i), release_part(b, i));
	return c;
}

/* A bare development release sorts before every pre-release, a final one after. */
static uint64_t pre_key(const struct pep440 *v)
{
	if (v->pre)
		return ((uint64_t)(unsigned char)v->pre << 32) | v->pre_number;
	return v->has_dev && !v->has_post ? 0 : UINT64_MAX;
}

static uint64_t post_key(const struct pep440 *v)
{
	return v->has_post ? (uint64_t)v->post_number + 1 : 0;
}

static uint64_t dev_key(const struct pep440 *v)
{
	return v->has_dev ? v->dev_number : UINT64_MAX;
}

static int compare_segment(const char *a, size_t na, const char *b, size_t nb)
{
	bool digits_a = strspn(a, "0123456789") >= na;
	bool digits_b = strspn(b, "0123456789") >= nb;
	int c;

	if (digits_a != digits_b)
		return digits_a ? 1 : -1;
	if (digits_a) {
		for (; na > 1 && *a == '0'; na--)
			a++;
		for (; nb > 1 && *b == '0'; nb--)
			b++;
		if (na != nb)
			return na < nb ? -1 : 1;
	}
	c = memcmp(a, b, na < nb ? na : nb);
	return c ? c : order(na, nb);
}

static int compare_local(const char *a, const char *b)
{
	while (*a && *b) {
		size_t na = strcspn(a, ".");
		size_t nb = strcspn(b, ".");
		int c = compare_segment(a, na, b, nb);

		if (c)
			return c;
		a += na + (a[na] == '.');
		b += nb + (b[nb] == '.');
	}
	return (*a != '\0') - (*b != '\0');
}

static int compare_public(const struct pep440 *a, const struct pep440 *b)
{
	int c = compare_release(a, b, PEP440_RELEASE_PARTS);

	if (!c)
		c = order(pre_key(a), pre_key(b));
	if (!c)
		c = order(post_key(a), post_key(b));
	return c ? c : order(dev_key(a), dev_key(b));
}

int pep440_compare(const struct pep440 *a, const struct pep440 *b)
{
	int c = compare_public(a, b);

	return c ? c : compare_local(a->local, b->local);
}

int pep440_compare_text(const char *a, const char *b)
{
	struct pep440 va, vb;
	bool known_a = pep440_parse(a, &va);
	bool known_b = pep440_parse(b, &vb);

	if (known_a && known_b)
		return pep440_compare(&va, &vb);
	return known_a - known_b;
}

/* --- specifiers -------------------------------------------------------------------- */

enum operator{
	OP_COMPATIBLE,
	OP_ARBITRARY,
	OP_EQUAL,
	OP_NOT,
	OP_LE,
	OP_GE,
	OP_LT,
	OP_GT
};

struct specifier {
	enum operator op;
	bool prefix; /* ends in .* */
	struct pep440 version;
	const char *text; /* of ===, not terminated */
	size_t text_size;
};

static bool specifier_operator(struct scan *s, enum operator* op)
{
	static const struct {
		const char *text;
		enum operator op;
	} operators[] = {{"~=", OP_COMPATIBLE}, {"===", OP_ARBITRARY}, {"==", OP_EQUAL},
	                 {"!=", OP_NOT},        {"<=", OP_LE},         {">=", OP_GE},
	                 {"<", OP_LT},          {">", OP_GT}};

	for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++) {
		if (scan_word(s, operators[i].text)) {
			*op = operators[i].op;
			return true;
		}
	}
	return false;
}

static void scan_trim(struct scan *s)
{
	while (s->p < s->end && isspace((unsigned char)*s->p))
		s->p++;
	while (s->p < s->end && isspace((unsigned char)s->end[-1]))
		s->end--;
}

/* What the standard allows beside each operator. */
static bool specifier_allowed(const struct specifier *s)
{
	const struct pep440 *v = &s->version;
	bool equality = s->op == OP_EQUAL || s->op == OP_NOT;

	if (s->prefix && (v->pre || v->has_post || v->has_dev || v->local[0]))
		return false;
	if ((v->local[0] || s->prefix) && !equality)
		return false;
	return s->op != OP_COMPATIBLE || v->release_count >= 2;
}

static bool specifier_parse(struct scan s, struct specifier *out)
{
	scan_trim(&s);
	memset(out, 0, sizeof(*out));
	if (!specifier_operator(&s, &out->op))
		return false;
	scan_trim(&s);
	out->text = s.p;
	out->text_size = (size_t)(s.end - s.p);
	if (out->op == OP_ARBITRARY)
		return out->text_size > 0;
	if (out->text_size > 2 && memcmp(s.end - 2, ".*", 2) == 0) {
		out->prefix = true;
		s.end -= 2;
	}
	if (!parse_range(s.p, (size_t)(s.end - s.p), &out->version))
		return false;
	return specifier_allowed(out);
}

static bool equal(const struct pep440 *v, const struct specifier *s)
{
	if (s->prefix)
		return compare_release(v, &s->version, s->version.release_count) == 0;
	if (!s->version.local[0])
		return compare_public(v, &s->version) == 0;
	return pep440_compare(v, &s->version) == 0;
}

static bool same_base(const struct pep440 *a, const struct pep440 *b)
{
	return compare_release(a, b, PEP440_RELEASE_PARTS) == 0;
}

static bool is_pre(const struct pep440 *v)
{
	return v->pre || v->has_dev;
}

static bool less(const struct pep440 *v, const struct pep440 *than)
{
	if (pep440_compare(v, than) >= 0)
		return false;
	return is_pre(than) || !is_pre(v) || !same_base(v, than);
}

static bool greater(const struct pep440 *v, const struct pep440 *than)
{
	if (pep440_compare(v, than) <= 0)
		return false;
	if (!same_base(v, than))
		return true;
	return !v->local[0] && (than->has_post || !v->has_post);
}

static bool compatible(const struct pep440 *v, const struct pep440 *with)
{
	return compare_public(v, with) >= 0 &&
	       compare_release(v, with, with->release_count - 1) == 0;
}

static bool equal_text(const char *text, const struct specifier *s)
{
	size_t n = strlen(text);

	if (n != s->text_size)
		return false;
	for (size_t i = 0; i < n; i++)
		if (tolower((unsigned char)text[i]) != tolower((unsigned char)s->text[i]))
			return false;
	return true;
}

static bool satisfies(const struct pep440 *v, const struct specifier *s)
{
	switch (s->op) {
	case OP_COMPATIBLE:
		return compatible(v, &s->version);
	case OP_EQUAL:
		return equal(v, s);
	case OP_NOT:
		return !equal(v, s);
	case OP_LE:
		return compare_public(v, &s->version) <= 0;
	case OP_GE:
		return compare_public(v, &s->version) >= 0;
	case OP_LT:
		return less(v, &s->version);
	case OP_GT:
		return greater(v, &s->version);
	case OP_ARBITRARY:
		break;
	}
	return false;
}

/* Calls for each non-empty part between commas; false if one is malformed or, with a
 * VERSION, not satisfied. */
static bool all_specifiers(const char *specifiers, const char *text,
                           const struct pep440 *v)
{
	struct specifier s;

	for (const char *p = specifiers; *p;) {
		size_t n = strcspn(p, ",");
		struct scan part = {p, p + n};

		p += n + (p[n] == ',');
		scan_trim(&part);
		if (part.p == part.end)
			continue;
		if (!specifier_parse(part, &s))
			return false;
		if (!text)
			continue;
		if (s.op == OP_ARBITRARY ? !equal_text(text, &s)
		                         : !v || !satisfies(v, &s))
			return false;
	}
	return true;
}

bool pep440_satisfies(const char *version, const char *specifiers)
{
	struct pep440 v;

	if (!version || !specifiers)
		return false;
	return all_specifiers(specifiers, version, pep440_parse(version, &v) ? &v : NULL);
}

bool pep440_specifiers_valid(const char *specifiers)
{
	return specifiers && all_specifiers(specifiers, NULL, NULL);
}
