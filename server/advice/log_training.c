/* SPDX-License-Identifier: MIT */
/*
 * One pass along two marks, "Epoch N" and "loss: X".  A progress bar writes its loss many
 * times; the last before the next epoch's mark is the epoch's.  What is no number (nan)
 * and what is another loss (val_loss, box_loss) is passed over.
 */
#include "log_training.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "trilane/banned.h"

enum { EPOCHS_MIN = 2 };

struct course {
	json_int_t epochs, rising;
	double lowest, last;
};

static void end_epoch(struct course *c, double loss)
{
	if (c->epochs == 0 || loss < c->lowest)
		c->lowest = loss;
	c->rising = c->epochs > 0 && loss > c->last ? c->rising + 1 : 0;
	c->last = loss;
	c->epochs++;
}

static const char *next_epoch(const char *p)
{
	while ((p = strstr(p, "Epoch ")) && !isdigit((unsigned char)p[6]))
		p += 6;
	return p;
}

/* The next "loss: " that is a word of its own and has a number. */
static const char *next_loss(const char *start, const char *p)
{
	for (; (p = strstr(p, "loss: ")); p += 6) {
		unsigned char before = p > start ? (unsigned char)p[-1] : ' ';

		if (!isalnum(before) && before != '_' && isdigit((unsigned char)p[6]))
			return p;
	}
	return NULL;
}

json_t *log_training(const struct str *text)
{
	const char *epoch = text->len > 0 ? next_epoch(text->data) : NULL;
	struct course c = {0, 0, 0, 0};
	bool known = false;
	double loss = 0;

	if (!epoch)
		return NULL;
	for (const char *p = text->data; (p = next_loss(text->data, p)); p += 6) {
		bool new_epoch = epoch && epoch < p;

		while (epoch && epoch < p)
			epoch = next_epoch(epoch + 6);
		if (new_epoch && known)
			end_epoch(&c, loss);
		loss = strtod(p + 6, NULL);
		known = true;
	}
	if (known)
		end_epoch(&c, loss);
	if (c.epochs < EPOCHS_MIN || c.lowest <= 0)
		return NULL;
	return json_pack("{s:I, s:I, s:f, s:f, s:f}", "epochs", c.epochs, "rising",
	                 c.rising, "lowest", c.lowest, "last", c.last, "growth",
	                 c.last / c.lowest);
}
