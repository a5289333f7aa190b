/* SPDX-License-Identifier: MIT */
/*
 * The kernels' checks.  Expected values are summed in float64; a result may be off by
 * LIMIT of the sum of the products' sizes, which is what rounding of float32 gives at
 * most.  What is no finite number has to be so in both.
 */
#include "kernel_checks.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "trilane/rng.h"

#include "trilane/banned.h"

#define LIMIT 4e-6

/* Arrays as the kernels want them: aligned, and with room to round up. */
static float *array(size_t floats)
{
	void *p = NULL;

	if (posix_memalign(&p, 64, (floats + 64) * sizeof(float)))
		abort();
	for (size_t i = 0; i < floats + 64; i++)
		((float *)p)[i] = 0;
	return p;
}

static float *random_array(struct rng *r, size_t floats)
{
	float *p = array(floats);

	for (size_t i = 0; i < floats; i++)
		p[i] = (float)(2 * rng_unit(r) - 1);
	return p;
}

/* Some of the numbers that break things. */
static void spoil(struct rng *r, float *p, size_t floats)
{
	static const float odd[] = {INFINITY, -INFINITY, NAN,     1e-40f,
	                            -1e-40f,  -0.0f,     FLT_MAX, FLT_MIN};

	for (int i = 0; i < 3; i++)
		p[rng_below(r, (uint32_t)floats)] =
			odd[rng_below(r, sizeof(odd) / sizeof(*odd))];
}

/* SIZE is the sum of the sizes of what was added up. */
static bool near(const char *what, float got, double expected, double size)
{
	if (isnan(expected) && isnan(got))
		return true;
	if (fabs(expected) > FLT_MAX && !isnan(expected))
		expected = expected > 0 ? INFINITY : -INFINITY;
	if ((double)got == expected || size > FLT_MAX / 4)
		return true; /* sums that may or may not overflow on the way */
	if (fabs((double)got - expected) <= LIMIT * size + 1e-37)
		return true;
	fprintf(stderr, "%s: %.9g instead of %.9g\n", what, (double)got, expected);
	return false;
}

struct sum {
	double value, size;
};

static void sum_add(struct sum *s, float a, float b)
{
	s->value += (double)a * b;
	s->size += fabs((double)a * b);
}

static bool check_dense(const struct kernels *k, uint64_t seed)
{
	struct rng r;
	bool good = true;

	rng_init(&r, seed, 1);
	unsigned n = 1 + rng_below(&r, 40), depth = 1 + rng_below(&r, 90);
	float *x = random_array(&r, (size_t)n * depth);
	float *w = random_array(&r, (size_t)(depth + 1) * k->panel);
	float *h = array((size_t)n * k->panel);
	if (seed % 3 == 0)
		spoil(&r, x, (size_t)n * depth);
	k->dense_forward(x, depth, n, w, depth, h);
	for (unsigned b = 0; b < n; b++)
		for (unsigned j = 0; j < k->panel; j++) {
			struct sum s = {0, 0};
			sum_add(&s, 1, w[depth * k->panel + j]);
			for (unsigned i = 0; i < depth; i++)
				sum_add(&s, x[b * depth + i], w[i * k->panel + j]);
			good &= near("dense_forward", h[b * k->panel + j],
			             s.value > 0 ? s.value : 0, s.size);
		}
	free(x);
	free(w);
	free(h);
	return good;
}

/* The head of random sizes, its features laid out in one of the two ways. */
struct head {
	struct features f;
	unsigned classes;
	size_t d_stride, floats;
	float *a, *w, *bias, *d;
};

static void head_init(struct head *h, const struct kernels *k, struct rng *r)
{
	struct features *f = &h->f;

	f->samples = 1 + rng_below(r, 20);
	f->panels = 1 + rng_below(r, 70);
	if (rng_below(r, 2)) {
		f->sample_stride = (size_t)f->panels * k->panel;
		f->panel_stride = k->panel;
	} else {
		f->sample_stride = k->panel;
		f->panel_stride = (size_t)f->samples * k->panel;
	}
	h->classes = 2 + rng_below(r, 30);
	h->floats = (size_t)f->panels * f->samples * k->panel;
	h->d_stride = (h->classes + k->lanes - 1) / k->lanes * k->lanes;
	h->a = random_array(r, h->floats);
	h->w = random_array(r, (size_t)f->panels * h->classes * k->panel);
	h->bias = random_array(r, h->classes);
	h->d = random_array(r, f->samples * h->d_stride);
	f->a = h->a;
}

static void head_release(struct head *h)
{
	free(h->a);
	free(h->w);
	free(h->bias);
	free(h->d);
}

static bool check_head_forward(const struct kernels *k, uint64_t seed)
{
	struct rng r;
	struct head h;
	bool good = true;

	rng_init(&r, seed, 2);
	head_init(&h, k, &r);
	if (seed % 3 == 0)
		spoil(&r, h.a, h.floats);
	float *logits = array(h.f.samples * h.d_stride);
	k->head_forward(&h.f, h.w, h.bias, h.classes, logits, h.d_stride);
	for (unsigned b = 0; b < h.f.samples; b++)
		for (unsigned c = 0; c < h.classes; c++) {
			struct sum s = {0, 0};
			sum_add(&s, 1, h.bias[c]);
			for (size_t i = 0; i < (size_t)h.f.panels * k->panel; i++) {
				size_t p = i / k->panel, j = i % k->panel;
				sum_add(&s,
				        h.a[b * h.f.sample_stride + p * h.f.panel_stride +
				            j],
				        h.w[(p * h.classes + c) * k->panel + j]);
			}
			good &= near("head_forward", logits[b * h.d_stride + c], s.value,
			             s.size);
		}
	free(logits);
	head_release(&h);
	return good;
}

static bool check_head_backward(const struct kernels *k, uint64_t seed)
{
	struct rng r;
	struct head h;
	bool good = true;

	rng_init(&r, seed, 3);
	head_init(&h, k, &r);
	if (seed % 3 == 0)
		spoil(&r, h.d, h.f.samples * h.d_stride);
	float *da = array(h.floats);
	k->head_backward(h.d, h.d_stride, h.w, h.classes, &h.f, da);
	for (unsigned b = 0; b < h.f.samples; b++)
		for (size_t i = 0; i < (size_t)h.f.panels * k->panel; i++) {
			size_t p = i / k->panel, j = i % k->panel;
			size_t at = b * h.f.sample_stride + p * h.f.panel_stride + j;
			struct sum s = {0, 0};
			for (unsigned c = 0; h.a[at] > 0 && c < h.classes; c++)
				sum_add(&s, h.d[b * h.d_stride + c],
				        h.w[(p * h.classes + c) * k->panel + j]);
			good &= near("head_backward", da[at], s.value, s.size);
		}
	free(da);
	head_release(&h);
	return good;
}

static const struct adam adam = {0.1f, 0.001f, 2e-3f, 1e-7f};

/* One weight after the gradient S was applied to w, m and v as they were. */
static bool adam_near(const char *what, struct sum s, const float before[3],
                      const float after[3])
{
	double m = before[1] + (s.value - before[1]) * (double)adam.rate_m;
	double v = before[2] + (s.value * s.value - before[2]) * (double)adam.rate_v;
	double step = m * (double)adam.alpha / (sqrt(v) + (double)adam.epsilon);
	if (v > FLT_MAX)
		step = fabs(m) > FLT_MAX ? NAN : 0;
	double slack = 1 + s.size / (fabs(s.value) + 1e-3);

	return near(what, after[1], m, fabs((double)before[1]) + s.size) &&
	       near(what, after[2], v, fabs((double)before[2]) + s.size * s.size) &&
	       near(what, after[0], before[0] - step,
	            fabs((double)before[0]) + fabs(step) * slack);
}

/* Weights, averages and gradients, and a copy of what they were. */
struct state {
	float *now[3], *before[3], *g, *sofar;
	struct target train, gradient;
};

static void state_init(struct state *s, struct rng *r, size_t floats)
{
	for (int i = 0; i < 3; i++) {
		s->now[i] = random_array(r, floats);
		s->before[i] = array(floats);
		for (size_t k = 0; k < floats; k++) {
			if (i == 2) /* squares */
				s->now[i][k] *= s->now[i][k];
			s->before[i][k] = s->now[i][k];
		}
	}
	s->g = array(floats);
	s->sofar = rng_below(r, 2) ? random_array(r, floats) : NULL;
	s->train = (struct target){.w = s->now[0],
	                           .m = s->now[1],
	                           .v = s->now[2],
	                           .sofar = s->sofar,
	                           .adam = &adam};
	s->gradient = (struct target){.g = s->g, .sofar = s->sofar};
}

static bool state_near(const struct state *s, const char *what, size_t at, struct sum sum)
{
	float before[3], after[3];

	if (s->sofar)
		sum_add(&sum, 1, s->sofar[at]);
	for (int i = 0; i < 3; i++) {
		before[i] = s->before[i][at];
		after[i] = s->now[i][at];
	}
	return near(what, s->g[at], sum.value, sum.size) &&
	       adam_near(what, sum, before, after);
}

static void state_release(struct state *s)
{
	for (int i = 0; i < 3; i++) {
		free(s->now[i]);
		free(s->before[i]);
	}
	free(s->g);
	free(s->sofar);
}

static bool check_update(const struct kernels *k, uint64_t seed)
{
	struct rng r;
	struct state s;
	bool good = true;

	rng_init(&r, seed, 4);
	unsigned rows = 1 + rng_below(&r, 50), depth = 1 + rng_below(&r, 50);
	unsigned tiles = (rows + k->rows - 1) / k->rows;
	struct factor f = {
		.step = k->rows,
		.tile_stride = (size_t)k->rows * depth,
		.rows = rows,
		.depth = depth,
	};
	float *a = random_array(&r, tiles * f.tile_stride);
	float *b = random_array(&r, (size_t)depth * k->panel);
	f.a = a;
	if (seed % 3 == 0)
		spoil(&r, b, (size_t)depth * k->panel);
	state_init(&s, &r, (size_t)rows * k->panel);
	k->update(&f, b, k->panel, &s.gradient);
	k->update(&f, b, k->panel, &s.train);
	for (unsigned i = 0; i < rows; i++)
		for (unsigned j = 0; j < k->panel; j++) {
			struct sum sum = {0, 0};
			for (unsigned d = 0; d < depth; d++)
				sum_add(&sum,
				        a[i / k->rows * f.tile_stride + d * f.step +
				          i % k->rows],
				        b[d * k->panel + j]);
			good &= state_near(&s, "update", (size_t)i * k->panel + j, sum);
		}
	free(a);
	free(b);
	state_release(&s);
	return good;
}

static bool check_update_sum(const struct kernels *k, uint64_t seed)
{
	struct rng r;
	struct state s;
	bool good = true;

	rng_init(&r, seed, 5);
	unsigned count = 1 + rng_below(&r, 40);
	size_t n = (size_t)k->lanes * (1 + rng_below(&r, 9)), stride = n + k->lanes;
	float *g = random_array(&r, count * stride);
	state_init(&s, &r, n);
	k->update_sum(g, stride, count, n, &s.gradient);
	k->update_sum(g, stride, count, n, &s.train);
	for (size_t i = 0; i < n; i++) {
		struct sum sum = {0, 0};
		for (unsigned c = 0; c < count; c++)
			sum_add(&sum, 1, g[c * stride + i]);
		good &= state_near(&s, "update_sum", i, sum);
	}
	free(g);
	state_release(&s);
	return good;
}

/* An image and a panel or two of filters. */
struct layer {
	struct conv c;
	unsigned height;
	size_t features, weights;
	float *x, *quads, *w, *a, *da, *g;
	int32_t *winner;
};

static void layer_init(struct layer *l, const struct kernels *k, struct rng *r)
{
	l->height = 4 + rng_below(r, 12);
	l->c.width = 4 + rng_below(r, 12);
	l->c.pooled_height = (l->height - 2) / 2;
	l->c.pooled_width = (l->c.width - 2) / 2;
	l->c.filters = k->panel * (1 + rng_below(r, 3));
	l->features = (size_t)l->c.pooled_height * l->c.pooled_width * l->c.filters;
	l->weights = (size_t)CONV_ROWS * l->c.filters;
	l->x = random_array(r, (size_t)l->height * l->c.width);
	/* Blocks of equal pixels, as images have them: maxima that are equal. */
	for (unsigned i = 0; i < l->height * l->c.width; i++)
		if (i / 3 % 2)
			l->x[i] = 0;
	l->w = random_array(r, l->weights);
	l->a = array(l->features);
	l->da = random_array(r, l->features);
	l->g = array(l->weights);
	l->winner = (int32_t *)(void *)array(l->features);
	l->quads = array((size_t)(l->height - 1) * (l->c.width - 1) * CONV_QUAD);
	for (unsigned y = 0; y + 1 < l->height; y++)
		for (unsigned i = 0; i + 1 < l->c.width; i++)
			for (unsigned o = 0; o < CONV_QUAD; o++)
				l->quads[(y * (l->c.width - 1) + i) * CONV_QUAD + o] =
					l->x[(y + o / 2) * l->c.width + i + o % 2];
}

static void layer_release(struct layer *l)
{
	free(l->x);
	free(l->quads);
	free(l->w);
	free(l->a);
	free(l->da);
	free(l->g);
	free(l->winner);
}

static float weight(const struct layer *l, const struct kernels *k, unsigned row,
                    unsigned f)
{
	return l->w[(f / k->panel * CONV_ROWS + row) * k->panel + f % k->panel];
}

/* The largest output of one window after relu, first of equals. */
static struct sum window(const struct layer *l, const struct kernels *k, unsigned pixel,
                         unsigned f, unsigned *winner)
{
	unsigned y = pixel / l->c.pooled_width * 2, x = pixel % l->c.pooled_width * 2;
	struct sum best = {-1, 0};

	*winner = 0;
	for (unsigned o = 0; o < 4; o++) {
		struct sum s = {0, 0};
		sum_add(&s, 1, weight(l, k, CONV_TAPS, f));
		for (unsigned t = 0; t < CONV_TAPS; t++)
			sum_add(&s,
			        l->x[(y + o / 2 + t / 3) * l->c.width + x + o % 2 +
			             t % 3],
			        weight(l, k, t, f));
		if (!(s.value > 0)) {
			s.value = 0;
			s.size = isnan(s.size) ? 0 : s.size;
		}
		if (s.value > best.value) {
			best = s;
			*winner = o;
		}
	}
	return best;
}

static bool check_conv(const struct kernels *k, uint64_t seed)
{
	struct rng r;
	struct layer l;
	bool good = true;

	rng_init(&r, seed, 6);
	layer_init(&l, k, &r);
	if (seed % 3 == 0)
		spoil(&r, l.x, (size_t)l.height * l.c.width);
	k->conv_forward(&l.c, l.x, l.w, l.a, l.winner);
	for (unsigned i = 0; i < l.features; i++) {
		unsigned winner;
		struct sum s = window(&l, k, i / l.c.filters, i % l.c.filters, &winner);
		good &= near("conv_forward", l.a[i], s.value, s.size);
	}
	layer_release(&l);
	return good;
}

/* With finite pixels: what is no number reaches more weights of the reference. */
static bool check_conv_backward(const struct kernels *k, uint64_t seed)
{
	struct rng r;
	struct layer l;
	bool good = true;

	rng_init(&r, seed, 7);
	layer_init(&l, k, &r);
	k->conv_forward(&l.c, l.x, l.w, l.a, l.winner);
	for (unsigned i = 0; i < l.features; i++)
		l.da[i] = l.a[i] > 0 ? l.da[i] : 0;
	k->conv_backward(&l.c, l.quads, l.da, l.winner, l.g);
	for (unsigned f = 0; f < l.c.filters; f++) {
		struct sum s[CONV_ROWS] = {{0, 0}};
		for (unsigned p = 0; p < l.c.pooled_height * l.c.pooled_width; p++) {
			float d = l.da[p * l.c.filters + f];
			unsigned y = p / l.c.pooled_width * 2;
			unsigned x = p % l.c.pooled_width * 2, winner;
			window(&l, k, p, f, &winner);
			sum_add(&s[CONV_TAPS], 1, d);
			for (unsigned t = 0; t < CONV_TAPS; t++)
				sum_add(&s[t], d,
				        l.x[(y + winner / 2 + t / 3) * l.c.width + x +
				            winner % 2 + t % 3]);
		}
		for (unsigned t = 0; t < CONV_ROWS; t++)
			good &= near("conv_backward",
			             l.g[(f / k->panel * CONV_ROWS + t) * k->panel +
			                 f % k->panel],
			             s[t].value, s[t].size);
	}
	layer_release(&l);
	return good;
}

const struct kernel_check kernel_checks[] = {
	{"conv_backward", check_conv_backward}, {"conv_forward", check_conv},
	{"dense_forward", check_dense},         {"head_backward", check_head_backward},
	{"head_forward", check_head_forward},   {"update", check_update},
	{"update_sum", check_update_sum},
};
const unsigned kernel_check_count = sizeof(kernel_checks) / sizeof(*kernel_checks);
