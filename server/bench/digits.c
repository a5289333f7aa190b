/* SPDX-License-Identifier: MIT */
/*
 * Procedural digits: a glyph's control points are jittered, slanted, scaled, turned and
 * moved, its curve is bent by a coarse field of random displacements, and every pixel
 * takes its ink from its distance to the nearest stroke; noise, a gap or a stray stroke
 * are added.
 *
 * Integers throughout, in 1/64 of a pixel, divisions rounding toward zero: no compiler,
 * library or processor can draw anything else, and an emulated processor is not slowed
 * by its floating point.
 */
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "digits.h"
#include "trilane/banned.h"
#include "trilane/dataset.h"
#include "trilane/rng.h"

enum {
	PIXEL = 64,
	SPAN = IMAGE_SIDE * PIXEL,
	NODES = 4, /* of the displacement field, a side */
	CURVE_STEPS = 6,
	UNIT = 1024, /* length of a direction vector */
	FAR = INT_MAX,
};

struct point {
	int x, y;
};

struct canvas {
	int distance2
		[IMAGE_SIZE]; /* of each pixel's centre to the nearest stroke, squared */
	int reach;            /* how far ink goes */
};

/* How one image is written. */
struct hand {
	int xx, xy, yx, yy; /* glyph units to 1/64 pixel, times 256 */
	struct point shift;
	struct point bend[NODES][NODES];
	int radius; /* half the pen's width */
	int ink;    /* 0 … 255 */
};

static int isqrt(int x)
{
	int root = 0;

	for (int bit = 1 << 15; bit; bit >>= 1)
		if ((int64_t)(root + bit) * (root + bit) <= x)
			root += bit;
	return root;
}

static int clamp(int v, int low, int high)
{
	return v < low ? low : v > high ? high : v;
}

static struct hand draw_hand(struct rng *r)
{
	struct hand h;

	h.xx = rng_between(r, 1500, 2900);
	h.xy = rng_between(r, -1400, 900);
	h.yx = rng_between(r, -650, 650);
	h.yy = rng_between(r, 2300, 3500);
	h.shift.x = SPAN / 2 + rng_between(r, -130, 130);
	h.shift.y = SPAN / 2 + rng_between(r, -130, 130);
	for (int i = 0; i < NODES * NODES; i++) {
		h.bend[i / NODES][i % NODES].x = rng_between(r, -110, 110);
		h.bend[i / NODES][i % NODES].y = rng_between(r, -110, 110);
	}
	h.radius = rng_between(r, 40, 110);
	h.ink = rng_between(r, 140, 255);
	return h;
}

/* The field at P, bilinear between its nodes. */
static struct point bend(const struct hand *h, struct point p)
{
	int x = clamp(p.x, 0, SPAN - 1) * (NODES - 1),
	    y = clamp(p.y, 0, SPAN - 1) * (NODES - 1);
	int column = x / SPAN, row = y / SPAN;
	int fx = x % SPAN * 64 / SPAN, fy = y % SPAN * 64 / SPAN;
	const struct point *above = &h->bend[row][column],
			   *below = &h->bend[row + 1][column];

	p.x += ((above[0].x * (64 - fx) + above[1].x * fx) * (64 - fy) +
	        (below[0].x * (64 - fx) + below[1].x * fx) * fy) /
	       4096;
	p.y += ((above[0].y * (64 - fx) + above[1].y * fx) * (64 - fy) +
	        (below[0].y * (64 - fx) + below[1].y * fx) * fy) /
	       4096;
	return p;
}

/* Squared distance of P, relative to the segment's start, from a segment of LENGTH along
 * DIRECTION that ends at END. */
static int distance2(struct point p, struct point direction, struct point end, int length)
{
	int along = p.x * direction.x + p.y * direction.y;
	int across;

	if (along <= 0)
		return p.x * p.x + p.y * p.y;
	if (along >= length * UNIT)
		return (p.x - end.x) * (p.x - end.x) + (p.y - end.y) * (p.y - end.y);
	across = (p.x * direction.y - p.y * direction.x) / UNIT;
	return across * across;
}

static void draw_segment(struct canvas *c, struct point a, struct point b)
{
	struct point end = {b.x - a.x, b.y - a.y};
	int length = isqrt(end.x * end.x + end.y * end.y);
	struct point direction = {length ? end.x * UNIT / length : 0,
	                          length ? end.y * UNIT / length : 0};
	int left = clamp(((a.x < b.x ? a.x : b.x) - c->reach) / PIXEL, 0, IMAGE_SIDE);
	int right =
		clamp(((a.x > b.x ? a.x : b.x) + c->reach) / PIXEL + 1, 0, IMAGE_SIDE);
	int top = clamp(((a.y < b.y ? a.y : b.y) - c->reach) / PIXEL, 0, IMAGE_SIDE);
	int bottom =
		clamp(((a.y > b.y ? a.y : b.y) + c->reach) / PIXEL + 1, 0, IMAGE_SIDE);

	for (int row = top; row < bottom; row++)
		for (int column = left; column < right; column++) {
			struct point p = {column * PIXEL + PIXEL / 2 - a.x,
			                  row * PIXEL + PIXEL / 2 - a.y};
			int d = distance2(p, direction, end, length);
			int *nearest = &c->distance2[row * IMAGE_SIDE + column];

			if (d < *nearest)
				*nearest = d;
		}
}

static struct point middle(struct point a, struct point b)
{
	return (struct point){(a.x + b.x) / 2, (a.y + b.y) / 2};
}

/* A parabola from A to B whose tangents meet in the control point M, as segments. */
static void draw_curve(struct canvas *c, const struct hand *h, struct point a,
                       struct point m, struct point b)
{
	enum { N = CURVE_STEPS };
	struct point from = bend(h, a);

	for (int i = 1; i <= N; i++) {
		int wa = (N - i) * (N - i), wm = 2 * i * (N - i), wb = i * i;
		struct point to = {(a.x * wa + m.x * wm + b.x * wb) / (N * N),
		                   (a.y * wa + m.y * wm + b.y * wb) / (N * N)};

		to = bend(h, to);
		draw_segment(c, from, to);
		from = to;
	}
}

static void draw_stroke(struct canvas *c, const struct hand *h,
                        const struct point *points, int count)
{
	if (count == 2) {
		draw_curve(c, h, points[0], middle(points[0], points[1]), points[1]);
		return;
	}
	for (int i = 1; i < count - 1; i++)
		draw_curve(c, h, i == 1 ? points[0] : middle(points[i - 1], points[i]),
		           points[i],
		           i == count - 2 ? points[count - 1]
		                          : middle(points[i], points[i + 1]));
}

/* A glyph's point, jittered, in the image. */
static struct point place(const struct hand *h, struct rng *r, const uint8_t *xy)
{
	int x = xy[0] - 50 + rng_between(r, -5, 5),
	    y = xy[1] - 50 + rng_between(r, -5, 5);

	return (struct point){h->shift.x + (h->xx * x + h->xy * y) / 256,
	                      h->shift.y + (h->yx * x + h->yy * y) / 256};
}

static void draw_glyph(struct canvas *c, const struct hand *h, struct rng *r,
                       const uint8_t *glyph)
{
	struct point points[GLYPH_POINTS_MAX];
	int count = 0;

	for (; *glyph != GLYPH_END; glyph++) {
		if (*glyph == GLYPH_STROKE) {
			draw_stroke(c, h, points, count);
			count = 0;
			continue;
		}
		points[count] = place(h, r, glyph++);
		/* The second of two equal points is the same corner, not another one. */
		if (count && glyph[-1] == glyph[-3] && glyph[0] == glyph[-2])
			points[count] = points[count - 1];
		count++;
	}
}

static struct point anywhere(struct rng *r)
{
	return (struct point){rng_between(r, 0, SPAN), rng_between(r, 0, SPAN)};
}

/* A short stroke that belongs to no digit. */
static void draw_stray(struct canvas *c, struct rng *r)
{
	struct point a = anywhere(r);
	struct point b = {a.x + rng_between(r, -350, 350),
	                  a.y + rng_between(r, -350, 350)};

	draw_segment(c, a, b);
}

/* Where the pen did not write: a disc. */
static void erase(struct canvas *c, struct rng *r)
{
	struct point p = anywhere(r);
	int radius = rng_between(r, 80, 190);

	for (int i = 0; i < IMAGE_SIZE; i++) {
		int x = i % IMAGE_SIDE * PIXEL + PIXEL / 2 - p.x;
		int y = i / IMAGE_SIDE * PIXEL + PIXEL / 2 - p.y;

		if (x * x + y * y < radius * radius)
			c->distance2[i] = FAR;
	}
}

/* Ink from distance: full inside the pen, fading over a pixel and a quarter. */
static int ink(const struct canvas *c, const struct hand *h, int i)
{
	enum { FADE = PIXEL * 5 / 4 };

	if (c->distance2[i] >= c->reach * c->reach)
		return 0;
	return h->ink * clamp(h->radius + FADE / 2 - isqrt(c->distance2[i]), 0, FADE) /
	       FADE;
}

static void develop(const struct canvas *c, const struct hand *h, struct rng *r,
                    uint8_t *image)
{
	int grain = rng_between(r, 0, 60);
	uint64_t bits = 0;

	for (int i = 0; i < IMAGE_SIZE; i++, bits >>= 8) {
		if (i % 8 == 0)
			bits = rng_u64(r);
		image[i] = (uint8_t)clamp(
			ink(c, h, i) + ((int)(bits & 255) - 128) * grain / 128, 0, 255);
	}
}

static const uint8_t *choose_glyph(struct rng *r, uint8_t digit)
{
	const uint8_t *const *glyphs = digit_glyphs[digit];
	uint32_t count = 0;

	while (glyphs[count])
		count++;
	return glyphs[rng_below(r, count)];
}

uint8_t digits_draw(uint64_t seed, uint64_t stream, uint64_t index, uint8_t *image)
{
	struct canvas c;
	struct hand h;
	struct rng r;
	uint8_t digit;

	rng_init(&r, seed, stream + index);
	digit = (uint8_t)rng_below(&r, IMAGE_CLASSES);
	h = draw_hand(&r);
	c.reach = h.radius + PIXEL;
	for (int i = 0; i < IMAGE_SIZE; i++)
		c.distance2[i] = FAR;
	draw_glyph(&c, &h, &r, choose_glyph(&r, digit));
	if (rng_below(&r, 4) == 0)
		erase(&c, &r);
	if (rng_below(&r, 4) == 0)
		draw_stray(&c, &r);
	develop(&c, &h, &r, image);
	return digit;
}
