/* SPDX-License-Identifier: MIT */
/*
 * Procedural handwritten digits.
 */
#ifndef BENCH_DIGITS_H
#define BENCH_DIGITS_H

#include <stddef.h>
#include <stdint.h>

/* Draws image number INDEX of the stream and returns its label.  The same bytes on every
 * architecture, and whatever else was drawn before. */
uint8_t digits_draw(uint64_t seed, uint64_t stream, uint64_t index, uint8_t *image);

/* A glyph: strokes, each a control polygon of at least two points, x right and y down in
 * 0 … 100.  The curve is the quadratic B-spline that starts and ends at the polygon's
 * ends; a point given twice is a corner.  A stroke ends with GLYPH_STROKE, the glyph with
 * GLYPH_END after the last. */
enum { GLYPH_STROKE = 254, GLYPH_END = 255, GLYPH_POINTS_MAX = 16 };

/* Ways to write each digit. */
extern const uint8_t *const *const digit_glyphs[10]; /* NULL-terminated */

#endif
