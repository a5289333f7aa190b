/* SPDX-License-Identifier: MIT */
/* How an import probe ended, in the words of docs/report.md. */
#include "python/imports/import_outcome.h"

#include <string.h>

#include "trilane/cleanup.h"
#include "trilane/facts.h"

#include "trilane/banned.h"

enum {
	TAIL_BYTES = 4096,
	RECORDED_NAME_MAX = 64,
	DEVICES_MAX = 64,
	DEVICE_TEXT_MAX = 200,
};

static json_t *integer_or_null(const json_t *row, const char *name)
{
	json_t *value = json_object_get(row, name);

	return json_is_integer(value) ? json_incref(value) : json_null();
}

/* A text that is a device's name or type; NULL for anything else. */
static json_t *device_text(const json_t *device, const char *name)
{
	json_t *value = json_object_get(device, name);

	return json_string_length(value) <= DEVICE_TEXT_MAX ? value : NULL;
}

json_t *import_devices(const json_t *said)
{
	json_t *out = json_array();
	const json_t *device;
	size_t i;

	json_array_foreach(said, i, device)
	{
		json_t *name = device_text(device, "name");
		json_t *type = device_text(device, "type");

		if (i < DEVICES_MAX && json_is_string(name) && json_is_string(type))
			json_array_append_new(
				out, json_pack("{s:O, s:O}", "name", name, "type", type));
	}
	return out;
}

/* Exit and signal both unknown: the deadline passed. */
static const char *outcome_name(const json_t *exit_code, bool signalled)
{
	if (signalled)
		return "crashed";
	if (!json_is_integer(exit_code))
		return "hung";
	return json_integer_value(exit_code) ? "failed" : "ok";
}

/* Names of signals by number, as both systems number these. */
static json_t *signal_name(const json_t *signal)
{
	char buffer[24];

	if (json_is_string(signal) && json_string_length(signal) < RECORDED_NAME_MAX)
		return json_string(json_string_value(signal));
	if (!json_is_integer(signal))
		return json_null();
	return json_string(proc_signal_name((int)json_integer_value(signal), buffer));
}

/* The last lines that fit: causes stand at the end. */
static json_t *tail_of(const char *from, size_t n)
{
	CLEANUP(str_release) struct str clean = STR_INIT;

	if (n > TAIL_BYTES) {
		from += n - TAIL_BYTES;
		n = TAIL_BYTES;
		const char *newline = memchr(from, '\n', n);
		if (newline && newline + 1 < from + n) {
			n -= (size_t)(newline + 1 - from);
			from = newline + 1;
		}
	}
	str_add_utf8(&clean, from, n);
	return json_stringn(clean.data, clean.len);
}

json_t *import_outcome_from_record(const json_t *row)
{
	json_t *out = json_object();
	json_t *signal = json_object_get(row, "signal");
	json_t *exit_code = json_object_get(row, "exit");
	const json_t *tail = json_object_get(row, "stderr_tail");
	const json_t *devices = json_object_get(row, "devices");
	const char *probe = json_string_value(json_object_get(row, "probe"));
	bool signalled = json_is_integer(signal) || json_is_string(signal);

	json_object_set_new(out, "probe",
	                    json_string(probe && strlen(probe) < RECORDED_NAME_MAX
	                                        ? probe
	                                        : "tensorflow"));
	json_object_set_new(out, "outcome",
	                    json_string(outcome_name(exit_code, signalled)));
	json_object_set_new(out, "exit", integer_or_null(row, "exit"));
	json_object_set_new(out, "signal", signal_name(signal));
	json_object_set_new(out, "duration_ns", integer_or_null(row, "duration_ns"));
	json_object_set_new(out, "stderr_tail",
	                    json_is_string(tail) ? tail_of(json_string_value(tail),
	                                                   json_string_length(tail))
	                                         : json_null());
	if (json_is_array(devices))
		json_object_set_new(out, "devices", import_devices(devices));
	return out;
}

json_t *import_outcome_from_end(const char *probe, const struct proc_end *end,
                                const struct str *err)
{
	json_t *out = json_object();
	char buffer[24];
	const char *outcome = end->timed_out                    ? "hung"
	                      : !end->exited || end->overflowed ? "crashed"
	                      : end->exit_code                  ? "failed"
	                                                        : "ok";

	json_object_set_new(out, "probe", json_string(probe));
	json_object_set_new(out, "outcome", json_string(outcome));
	json_object_set_new(out, "exit",
	                    end->exited ? json_integer(end->exit_code) : json_null());
	json_object_set_new(out, "signal",
	                    end->exited || end->timed_out
	                            ? json_null()
	                            : json_string(proc_signal_name(end->signal, buffer)));
	json_object_set_new(out, "duration_ns",
	                    json_integer((json_int_t)end->duration_ns));
	json_object_set_new(out, "stderr_tail", tail_of(err->data, err->len));
	return out;
}

json_t *import_outcome_not_run(const char *probe, const char *detail)
{
	json_t *out = json_object();

	json_object_set_new(out, "probe", json_string(probe));
	json_object_set_new(out, "outcome", json_string("not_run"));
	json_object_set_new(out, "exit", json_null());
	json_object_set_new(out, "signal", json_null());
	json_object_set_new(out, "duration_ns", json_null());
	json_object_set_new(out, "stderr_tail", json_string(""));
	json_object_set_new(out, "detail", json_string(detail));
	return out;
}
