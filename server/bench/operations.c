/* SPDX-License-Identifier: MIT */
/*
 * The reference operations, in loops that read like the formulas.  They are the
 * specification, so nothing is blocked, unrolled or reordered; where two loop orders say
 * the same, the one with the contiguous inner loop is written.
 */
#include <math.h>
#include <string.h>

#include "operations.h"
#include "trilane/engine.h"

#include "trilane/banned.h"

/* x[n][inputs]  w[inputs][outputs]  b[outputs]  ->  y[n][outputs] = x w + b */
void dense_forward(struct dense s, float *y, const float *x, const float *w,
                   const float *b)
{
	for (size_t n = 0; n < s.n; n++) {
		const float *xn = x + n * s.inputs;
		float *yn = y + n * s.outputs;

		for (size_t o = 0; o < s.outputs; o++)
			yn[o] = 0;
		for (size_t i = 0; i < s.inputs; i++)
			for (size_t o = 0; o < s.outputs; o++)
				yn[o] += xn[i] * w[i * s.outputs + o];
		for (size_t o = 0; o < s.outputs; o++)
			yn[o] += b[o];
	}
}

/* dy[n][outputs]  ->  dx[n][inputs] = dy w^T  dw[inputs][outputs] = x^T dy  db = sum dy
 */
void dense_backward(struct dense s, float *dx, float *dw, float *db, const float *dy,
                    const float *x, const float *w)
{
	memset(dw, 0, s.inputs * s.outputs * sizeof(*dw));
	memset(db, 0, s.outputs * sizeof(*db));
	for (size_t n = 0; n < s.n; n++) {
		const float *dyn = dy + n * s.outputs;

		for (size_t i = 0; i < s.inputs; i++)
			for (size_t o = 0; o < s.outputs; o++)
				dw[i * s.outputs + o] += x[n * s.inputs + i] * dyn[o];
		for (size_t o = 0; o < s.outputs; o++)
			db[o] += dyn[o];
		for (size_t i = 0; dx && i < s.inputs; i++) {
			float sum = 0;

			for (size_t o = 0; o < s.outputs; o++)
				sum += dyn[o] * w[i * s.outputs + o];
			dx[n * s.inputs + i] = sum;
		}
	}
}

/* x[n][height][width]  k[3][3][filters]  b[filters]  ->  y[n][height-2][width-2][filters]
 */
void conv_forward(struct conv s, float *y, const float *x, const float *k, const float *b)
{
	size_t rows = s.height - 2, columns = s.width - 2;

	for (size_t n = 0; n < s.n; n++)
		for (size_t r = 0; r < rows; r++)
			for (size_t c = 0; c < columns; c++, y += s.filters) {
				for (size_t f = 0; f < s.filters; f++)
					y[f] = 0;
				for (size_t t = 0; t < 9; t++) {
					float xt =
						x[(n * s.height + r + t / 3) * s.width +
					          c + t % 3];

					for (size_t f = 0; f < s.filters; f++)
						y[f] += xt * k[t * s.filters + f];
				}
				for (size_t f = 0; f < s.filters; f++)
					y[f] += b[f];
			}
}

/* dy[n][height-2][width-2][filters]  ->  dk[3][3][filters]  db[filters] */
void conv_backward(struct conv s, float *dk, float *db, const float *dy, const float *x)
{
	size_t rows = s.height - 2, columns = s.width - 2;

	memset(dk, 0, 9 * s.filters * sizeof(*dk));
	memset(db, 0, s.filters * sizeof(*db));
	for (size_t n = 0; n < s.n; n++)
		for (size_t r = 0; r < rows; r++)
			for (size_t c = 0; c < columns; c++, dy += s.filters) {
				for (size_t t = 0; t < 9; t++) {
					float xt =
						x[(n * s.height + r + t / 3) * s.width +
					          c + t % 3];

					for (size_t f = 0; f < s.filters; f++)
						dk[t * s.filters + f] += xt * dy[f];
				}
				for (size_t f = 0; f < s.filters; f++)
					db[f] += dy[f];
			}
}

void relu_forward(size_t size, float *y, const float *x)
{
	for (size_t i = 0; i < size; i++)
		y[i] = x[i] > 0 ? x[i] : 0;
}

void relu_backward(size_t size, float *dx, const float *dy, const float *y)
{
	for (size_t i = 0; i < size; i++)
		dx[i] = y[i] > 0 ? dy[i] : 0;
}

/* Offset in x of place P (0 … 3, rows then columns) of the window of y[n][r][c][0]. */
static size_t pool_offset(struct pool s, size_t n, size_t r, size_t c, size_t p)
{
	return ((n * s.height + 2 * r + p / 2) * s.width + 2 * c + p % 2) * s.channels;
}

/* x[n][height][width][channels]  ->  y, winner[n][height/2][width/2][channels] */
void maxpool_forward(struct pool s, float *y, uint8_t *winner, const float *x)
{
	for (size_t n = 0; n < s.n; n++)
		for (size_t r = 0; r < s.height / 2; r++)
			for (size_t c = 0; c < s.width / 2; c++)
				for (size_t f = 0; f < s.channels; f++, y++, winner++) {
					*winner = 0;
					*y = x[pool_offset(s, n, r, c, 0) + f];
					for (uint8_t p = 1; p < 4; p++) {
						float v =
							x[pool_offset(s, n, r, c, p) + f];

						if (v > *y) {
							*y = v;
							*winner = p;
						}
					}
				}
}

/* dy[n][height/2][width/2][channels]  ->  dx[n][height][width][channels]: all to the
 * winner */
void maxpool_backward(struct pool s, float *dx, const float *dy, const uint8_t *winner)
{
	memset(dx, 0, s.n * s.height * s.width * s.channels * sizeof(*dx));
	for (size_t n = 0; n < s.n; n++)
		for (size_t r = 0; r < s.height / 2; r++)
			for (size_t c = 0; c < s.width / 2; c++)
				for (size_t f = 0; f < s.channels; f++)
					dx[pool_offset(s, n, r, c, *winner++) + f] =
						*dy++;
}

/* logits[n][classes]  ->  probabilities[n][classes] = softmax; the loss is -log p[label],
 * computed from the logits and their largest so that nothing overflows or cancels. */
float softmax_cross_entropy_forward(size_t n, size_t classes, float *probabilities,
                                    const float *logits, const uint8_t *labels,
                                    unsigned *correct)
{
	double loss = 0;

	*correct = 0;
	for (size_t i = 0; i < n; i++) {
		const float *z = logits + i * classes;
		float *p = probabilities + i * classes;
		size_t largest = 0;
		float sum = 0;

		for (size_t c = 1; c < classes; c++)
			if (z[c] > z[largest])
				largest = c;
		for (size_t c = 0; c < classes; c++)
			sum += p[c] = expf(z[c] - z[largest]);
		for (size_t c = 0; c < classes; c++)
			p[c] /= sum;
		loss += logf(sum) - (z[labels[i]] - z[largest]);
		*correct += largest == labels[i];
	}
	return (float)(loss / (double)n);
}

/* probabilities[n][classes]  ->  dlogits[n][classes] = (p - [c is the label]) / n */
void softmax_cross_entropy_backward(size_t n, size_t classes, float *dlogits,
                                    const float *probabilities, const uint8_t *labels)
{
	for (size_t i = 0; i < n; i++)
		for (size_t c = 0; c < classes; c++)
			dlogits[i * classes + c] = (probabilities[i * classes + c] -
			                            (c == labels[i] ? 1.0f : 0.0f)) /
			                           (float)n;
}

#define ADAM_LEARNING_RATE 1e-3
#define ADAM_BETA1         0.9
#define ADAM_BETA2         0.999
#define ADAM_EPSILON       1e-7f

float adam_rate(uint64_t t)
{
	float power1 = (float)pow((double)(float)ADAM_BETA1, (double)t);
	float power2 = (float)pow((double)(float)ADAM_BETA2, (double)t);

	return (float)ADAM_LEARNING_RATE * sqrtf(1 - power2) / (1 - power1);
}

/* w, m, v, g[size] */
void adam_update(size_t size, float *w, float *m, float *v, const float *g, float rate)
{
	for (size_t i = 0; i < size; i++) {
		m[i] += (g[i] - m[i]) * (float)(1 - ADAM_BETA1);
		v[i] += (g[i] * g[i] - v[i]) * (float)(1 - ADAM_BETA2);
		w[i] -= m[i] * rate / (sqrtf(v[i]) + ADAM_EPSILON);
	}
}
