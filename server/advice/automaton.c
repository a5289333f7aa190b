/* SPDX-License-Identifier: MIT */
/*
 * The automaton is first a trie, then completed breadth first into a table with a row a
 * state and a column a class of bytes, so that a step is one look-up.  What else ends
 * in a state, besides its own literal, is found along its proper suffixes.
 */
#include "automaton.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "trilane/mem.h"

#include "trilane/banned.h"

static const uint32_t ENDS = UINT32_C(1) << 31;

struct node {
	uint32_t suffix; /* the longest proper suffix that is a state */
	uint32_t report; /* nearest state along suffixes that ends a literal; 0: none */
	int32_t literal; /* that is this state, -1 for none */
};

struct automaton {
	uint8_t class_of[256];
	size_t classes;
	/* [states][classes]: states while it is made; then the offset of the state's
	 * row, and whether a literal ends there, so that a step is one look-up */
	uint32_t *next;
	struct node *nodes;
	size_t states;
};

static void assign_classes(struct automaton *a, const struct strlist *literals)
{
	bool used[256] = {false};

	for (size_t i = 0; i < literals->count; i++)
		for (const char *p = literals->items[i]; *p; p++)
			used[(unsigned char)*p] = true;
	a->classes = 1; /* class 0: every other byte */
	for (int c = 0; c < 256; c++)
		if (used[c] && !isupper(c))
			a->class_of[c] = (uint8_t)a->classes++;
	for (int c = 'A'; c <= 'Z'; c++)
		a->class_of[c] = a->class_of[tolower(c)];
}

static uint32_t *transition(const struct automaton *a, uint32_t state, size_t class)
{
	return &a->next[state * a->classes + class];
}

static void add_literal(struct automaton *a, const char *text, int32_t index)
{
	uint32_t state = 0;

	for (; *text; text++) {
		uint32_t *to = transition(a, state, a->class_of[(unsigned char)*text]);

		if (*to == 0) {
			*to = (uint32_t)a->states;
			a->nodes[a->states++].literal = -1;
		}
		state = *to;
	}
	a->nodes[state].literal = index;
}

/* Breadth first: rows of shorter prefixes are complete when longer ones need them. */
static void complete(struct automaton *a)
{
	uint32_t *queue = xcalloc(a->states, sizeof(*queue));
	size_t head = 0, tail = 0;

	queue[tail++] = 0;
	while (head < tail) {
		uint32_t state = queue[head++];
		uint32_t suffix = a->nodes[state].suffix;

		a->nodes[state].report =
			a->nodes[suffix].literal >= 0 ? suffix : a->nodes[suffix].report;
		for (size_t c = 0; c < a->classes; c++) {
			uint32_t *to = transition(a, state, c);
			uint32_t fallback = state ? *transition(a, suffix, c) : 0;

			if (*to == 0) {
				*to = fallback;
				continue;
			}
			a->nodes[*to].suffix = fallback;
			queue[tail++] = *to;
		}
	}
	free(queue);
}

static void turn_into_rows(struct automaton *a)
{
	for (size_t i = 0; i < a->states * a->classes; i++) {
		const struct node *to = &a->nodes[a->next[i]];
		bool ends = to->literal >= 0 || to->report != 0;

		a->next[i] = a->next[i] * (uint32_t)a->classes | (ends ? ENDS : 0);
	}
}

struct automaton *automaton_new(const struct strlist *literals)
{
	struct automaton *a = xcalloc(1, sizeof(*a));
	size_t most = 1;

	assign_classes(a, literals);
	for (size_t i = 0; i < literals->count; i++)
		most += strlen(literals->items[i]);
	a->next = xcalloc(most * a->classes, sizeof(*a->next));
	a->nodes = xcalloc(most, sizeof(*a->nodes));
	a->nodes[0].literal = -1;
	a->states = 1;
	for (size_t i = 0; i < literals->count; i++)
		add_literal(a, literals->items[i], (int32_t)i);
	complete(a);
	turn_into_rows(a);
	return a;
}

void automaton_free(struct automaton *a)
{
	if (!a)
		return;
	free(a->next);
	free(a->nodes);
	free(a);
}

size_t automaton_find(const struct automaton *a, uint32_t *state, const char *text,
                      size_t from, size_t n)
{
	uint32_t row = *state * (uint32_t)a->classes;

	for (; from < n; from++) {
		row = a->next[row + a->class_of[(unsigned char)text[from]]];
		if (row & ENDS) {
			row &= ~ENDS;
			break;
		}
	}
	*state = row / (uint32_t)a->classes;
	return from;
}

int automaton_literal(const struct automaton *a, uint32_t *state)
{
	if (*state && a->nodes[*state].literal < 0)
		*state = a->nodes[*state].report;
	if (*state == 0)
		return -1;
	int32_t literal = a->nodes[*state].literal;

	*state = a->nodes[*state].report;
	return literal;
}
