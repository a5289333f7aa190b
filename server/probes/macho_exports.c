/* SPDX-License-Identifier: MIT */
/*
 * The export trie of a Mach-O.  A node is: size of its terminal data (uleb), the data,
 * the number of children, and for each child an edge label and the child's offset. Labels
 * may be empty, so that a name which is the prefix of another can end in a child; and a
 * hostile trie may lead in circles, so a walk may take no more steps than the trie has
 * bytes.
 */
#include "macho.h"

#include <stdlib.h>
#include <string.h>

#include "trilane/cleanup.h"
#include "trilane/mem.h"

#include "trilane/banned.h"

enum {
	TRIE_BYTES_MAX = 256 << 20,
	TRIE_DEPTH_MAX = 512,
	TRIE_NAME_MAX = 64 << 10,
	EXPORT_REEXPORT = 0x08,
	EXPORT_STUB_AND_RESOLVER = 0x10,
};

int macho_exports_read(struct macho_exports *e, const struct binary *b,
                       const struct macho_slice *slice, struct error *err)
{
	*e = (struct macho_exports)MACHO_EXPORTS_INIT;
	if (!slice->whole)
		return error_set(err, ERROR_NOT_FOUND,
		                 "the load commands could not be read");
	if (slice->exports.size > TRIE_BYTES_MAX)
		return error_set(err, ERROR_DAMAGED, "an export trie of %llu bytes",
		                 (unsigned long long)slice->exports.size);
	if (slice->exports.size &&
	    !binary_block(b, slice->exports.offset, slice->exports.size, TRIE_BYTES_MAX,
	                  &e->trie))
		return error_set(err, ERROR_NOT_FOUND,
		                 "the file ends before its export trie");
	return 0;
}

void macho_exports_release(struct macho_exports *e)
{
	str_release(&e->trie);
}

struct node {
	struct cursor terminal; /* empty: no name ends here */
	struct cursor children; /* behind the count */
	unsigned count;
};

static bool node_read(const struct str *trie, uint64_t offset, struct node *node)
{
	if (offset >= trie->len)
		return false;
	struct cursor c =
		cursor_of(trie->data + offset, trie->len - (size_t)offset, false);
	uint64_t size = cursor_uleb(&c);
	if (c.failed || size >= (size_t)(c.end - c.at))
		return false;
	node->terminal = cursor_of(c.at, (size_t)size, false);
	cursor_skip(&c, (size_t)size);
	node->count = cursor_u8(&c);
	node->children = c;
	return true;
}

/* The next child's label (borrowed) and offset. */
static const char *node_next_child(struct node *node, uint64_t *offset)
{
	if (!node->count)
		return NULL;
	node->count--;
	const char *label = cursor_string(&node->children);
	*offset = cursor_uleb(&node->children);
	return node->children.failed ? NULL : label;
}

static bool terminal_read(struct cursor c, struct macho_export *out)
{
	*out = (struct macho_export){.imported = ""};
	out->flags = cursor_uleb(&c);
	if (out->flags & EXPORT_REEXPORT) {
		out->reexport = true;
		out->ordinal = cursor_uleb(&c);
		/* The name's zero may be missing where the data end: then there is none.
		 */
		const char *name = c.at < c.end ? cursor_string(&c) : "";
		if (name)
			out->imported = name;
	} else {
		cursor_uleb(&c); /* address */
		if (out->flags & EXPORT_STUB_AND_RESOLVER)
			cursor_uleb(&c);
	}
	return !c.failed;
}

/* Nodes still to be tried, each with how much of the name leads to it. */
struct walk {
	struct {
		uint64_t offset;
		size_t used;
	} items[TRIE_DEPTH_MAX];
	size_t count;
};

static void walk_push(struct walk *w, uint64_t offset, size_t used)
{
	if (w->count < TRIE_DEPTH_MAX) {
		w->items[w->count].offset = offset;
		w->items[w->count].used = used;
		w->count++;
	}
}

static void walk_children(struct walk *w, struct node *node, const char *rest,
                          size_t used)
{
	uint64_t offset;

	for (const char *label; (label = node_next_child(node, &offset));)
		if (text_starts(rest, label))
			walk_push(w, offset, used + strlen(label));
}

bool macho_exports_find(const struct macho_exports *e, const char *name,
                        struct macho_export *out)
{
	struct walk w = {.count = 0};

	if (!e->trie.len)
		return false;
	walk_push(&w, 0, 0);
	for (size_t steps = 0; w.count && steps < e->trie.len; steps++) {
		struct node node;

		w.count--;
		size_t used = w.items[w.count].used;
		if (!node_read(&e->trie, w.items[w.count].offset, &node))
			continue;
		if (!name[used] && node.terminal.at < node.terminal.end &&
		    terminal_read(node.terminal, out))
			return true;
		walk_children(&w, &node, name + used, used);
	}
	return false;
}

/* The walk through everything: a path of open nodes, and the name that they spell. */
struct tour {
	const struct str *trie;
	unsigned char *seen; /* a bit for each offset: a trie visits none twice */
	struct node nodes[TRIE_DEPTH_MAX];
	size_t lengths[TRIE_DEPTH_MAX];
	size_t depth;
	struct str name;
};

static bool tour_enter(struct tour *t, uint64_t offset)
{
	unsigned char bit = (unsigned char)(1u << (offset & 7));

	if (offset >= t->trie->len || t->depth >= TRIE_DEPTH_MAX ||
	    t->seen[offset / 8] & bit)
		return false;
	t->seen[offset / 8] |= bit;
	if (!node_read(t->trie, offset, &t->nodes[t->depth]))
		return false;
	t->lengths[t->depth++] = t->name.len;
	return true;
}

/* To the next node in depth-first order: 1 entered, 0 all done, -1 damaged. */
static int tour_step(struct tour *t)
{
	while (t->depth) {
		struct node *node = &t->nodes[t->depth - 1];
		uint64_t offset;

		str_truncate(&t->name, t->lengths[t->depth - 1]);
		if (!node->count) {
			t->depth--;
			continue;
		}
		const char *label = node_next_child(node, &offset);
		if (!label)
			return -1;
		str_add(&t->name, label);
		return !str_failed(&t->name) && tour_enter(t, offset) ? 1 : -1;
	}
	return 0;
}

static int tour_run(struct tour *t, size_t limit,
                    void (*each)(void *, const char *, const struct macho_export *),
                    void *context)
{
	int rc = tour_enter(t, 0) ? 1 : -1;

	for (size_t found = 0; rc > 0 && found < limit; rc = tour_step(t)) {
		const struct cursor *terminal = &t->nodes[t->depth - 1].terminal;
		struct macho_export item;

		if (terminal->at == terminal->end)
			continue;
		if (!terminal_read(*terminal, &item))
			return -1;
		each(context, t->name.data, &item);
		found++;
	}
	return rc < 0 ? -1 : 0;
}

int macho_exports_each(const struct macho_exports *e, size_t limit,
                       void (*each)(void *context, const char *name,
                                    const struct macho_export *item),
                       void *context, struct error *err)
{
	if (!e->trie.len)
		return 0;
	struct tour *t = xcalloc(1, sizeof(*t));
	t->trie = &e->trie;
	t->seen = xcalloc(e->trie.len / 8 + 1, 1);
	t->name = (struct str)STR_INIT_LIMIT(TRIE_NAME_MAX);
	int rc = tour_run(t, limit, each, context);
	str_release(&t->name);
	free(t->seen);
	free(t);
	if (rc)
		return error_set(err, ERROR_DAMAGED, "the export trie makes no sense");
	return 0;
}
