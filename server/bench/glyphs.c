/* SPDX-License-Identifier: MIT */
/*
 * How the ten digits are written by hand: a table of strokes.
 */
#include "digits.h"
#include "trilane/banned.h"

#define NEXT GLYPH_STROKE
#define END  GLYPH_STROKE, GLYPH_END

/* clang-format off */
static const uint8_t zero[] = {
	52,0, 14,2, 4,50, 14,98, 50,100, 88,98, 97,50, 86,2, 48,0, END };
static const uint8_t zero_open[] = {
	62,6, 22,0, 2,50, 20,100, 55,100, 94,92, 98,40, 80,0, 40,4, END };

static const uint8_t one[] = { 50,0, 50,100, END };
static const uint8_t one_flag[] = { 28,24, 54,0, 54,0, 54,100, END };
static const uint8_t one_serif[] = {
	30,22, 52,0, 52,0, 52,100, NEXT, 24,100, 80,100, END };

static const uint8_t two[] = {
	10,26, 14,0, 50,0, 92,0, 92,36, 58,64, 10,100, 10,100, 94,100, END };
static const uint8_t two_loop[] = {
	10,22, 20,0, 52,0, 90,4, 84,44, 44,96, 8,100, 8,76, 36,76, 66,98, 96,94, END };

static const uint8_t three[] = {
	14,10, 40,0, 86,0, 90,44, 38,48, 38,48, 96,48, 96,100, 42,100, 8,88, END };
static const uint8_t three_flat[] = {
	12,0, 86,0, 86,0, 40,42, 40,42, 98,40, 98,98, 42,100, 8,90, END };

static const uint8_t four[] = {
	34,0, 10,60, 10,60, 92,60, NEXT, 66,28, 64,100, END };
static const uint8_t four_closed[] = {
	66,100, 68,0, 68,0, 6,66, 6,66, 96,66, END };

static const uint8_t five[] = {
	86,0, 22,0, 22,0, 14,46, 14,46, 50,34, 96,40, 96,100, 46,100, 10,90, END };
static const uint8_t five_two_strokes[] = {
	20,0, 16,44, 16,44, 52,34, 96,42, 94,100, 44,100, 8,90, NEXT, 20,2, 90,2, END };

static const uint8_t six[] = {
	74,4, 40,6, 8,50, 8,100, 50,100, 92,100, 92,50, 50,50, 20,54, 12,76, END };
static const uint8_t six_straight[] = {
	60,0, 30,34, 4,64, 10,100, 50,100, 94,98, 90,56, 50,54, 22,58, 14,74, END };

static const uint8_t seven[] = { 10,2, 92,2, 92,2, 62,40, 42,100, END };
static const uint8_t seven_bar[] = {
	10,2, 90,2, 90,2, 64,40, 42,100, NEXT, 30,52, 80,50, END };

static const uint8_t eight[] = {
	50,48, 14,40, 16,0, 50,0, 86,0, 86,40, 50,48, 6,56, 8,100, 50,100, 92,100, 94,56,
	50,48, END };
static const uint8_t eight_crossed[] = {
	82,14, 60,0, 18,0, 18,34, 88,58, 90,98, 50,100, 12,98, 14,62, 84,34, 84,14, END };

static const uint8_t nine[] = {
	84,24, 80,52, 14,58, 14,4, 50,0, 86,0, 86,26, 86,26, 82,100, END };
static const uint8_t nine_hooked[] = {
	86,26, 80,54, 12,58, 12,2, 52,0, 88,0, 88,30, 90,70, 76,100, 26,98, END };
/* clang-format on */

static const uint8_t *const zeros[] = {zero, zero_open, NULL};
static const uint8_t *const ones[] = {one, one_flag, one_serif, NULL};
static const uint8_t *const twos[] = {two, two_loop, NULL};
static const uint8_t *const threes[] = {three, three_flat, NULL};
static const uint8_t *const fours[] = {four, four_closed, NULL};
static const uint8_t *const fives[] = {five, five_two_strokes, NULL};
static const uint8_t *const sixes[] = {six, six_straight, NULL};
static const uint8_t *const sevens[] = {seven, seven_bar, NULL};
static const uint8_t *const eights[] = {eight, eight_crossed, NULL};
static const uint8_t *const nines[] = {nine, nine_hooked, NULL};

const uint8_t *const *const digit_glyphs[10] = {zeros, ones,  twos,   threes, fours,
                                                fives, sixes, sevens, eights, nines};
