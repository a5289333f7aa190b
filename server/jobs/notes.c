/* SPDX-License-Identifier: MIT */
/*
 * What has to be said beside a lane's numbers, in sentences: what was reduced, what the
 * device is not, what the first start cost, which TensorFlow it was.
 */
#include "bench.h"

#include <stdio.h>

#include "trilane/cleanup.h"
#include "trilane/facts.h"

#include "trilane/banned.h"

static void add(json_t *notes, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void add(json_t *notes, const char *format, ...)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	va_list args;
	va_start(args, format);
	str_addv(&text, format, args);
	va_end(args);
	json_array_append_new(notes, fact_text(text.data, text.len));
}

static void note_device(const struct lane_run *lane, json_t *notes)
{
	if (lane_is_software(lane))
		add(notes,
		    "Its device is a software device: the processor does the work, "
		    "and no GPU takes part.");
}

static void note_images(const struct bench *b, const struct lane_run *lane, json_t *notes)
{
	json_int_t images = json_integer_value(json_object_get(lane->hello, "images"));
	const char *why = lane->plan.emulated ? "an emulated processor" : "such a device";
	if (images && images != (json_int_t)b->images)
		add(notes,
		    "It trained and was tested on %d images only, because the whole set "
		    "takes %s hours: its step is comparable, its accuracy is not.",
		    (int)images, why);
}

static void note_translation(const struct lane_run *lane, json_t *notes)
{
	const uint64_t *ns = lane->starts_ns;
	if (lane->plan.translated && !lane->plan.emulated && ns[1] && ns[0] > ns[1])
		add(notes,
		    "Its first start took %.2f s longer than its second: that is the "
		    "translation of the program, which the system keeps.",
		    (double)(ns[0] - ns[1]) / 1e9);
}

static void note_tensorflow(const struct lane_run *lane, json_t *notes)
{
	const char *build = fact_get_string(lane->hello, "build");
	const char *devices = fact_get_string(lane->hello, "devices");
	if (lane->plan.python && build)
		add(notes, "%s; devices: %s.", build, devices ? devices : "not said");
}

json_t *lane_notes(const struct bench *b, const struct lane_run *lane)
{
	json_t *notes = json_array();
	note_tensorflow(lane, notes);
	note_device(lane, notes);
	note_images(b, lane, notes);
	note_translation(lane, notes);
	return notes;
}
