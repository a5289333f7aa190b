/* SPDX-License-Identifier: MIT */
/* How an import probe ended, in the words of docs/report.md. */
#include "python/imports/import_outcome.h"

#include <string.h>

#include "trilane/cleanup.h"
#include "trilane/facts.h"

#include "trilane/banned.h"

enum { TAIL_BYTES = 4096, RECORDED_NAME_MAX = 64 };

static json_t *member_or_null(const json_t *row, const char *name)
{
	json_t *value = json_object_get(row, name);

	return value ? json_incref(value) : json_null();
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

	if (json_is_string(signal))
		return json_string(json_string_value(signal));
	if (!json_is_integer(signal))
		return json_null();
	return json_string(proc_signal_name((int)json_integer_value(signal), buffer));
}

json_t *import_outcome_from_record(const json_t *row)
{
	json_t *out = json_object();
	json_t *signal = json_object_get(row, "signal");
	json_t *exit_code = json_object_get(row, "exit");
	const char *probe = json_string_value(json_object_get(row, "probe"));
	bool signalled = json_is_integer(signal) || json_is_string(signal);

	json_object_set_new(out, "probe",
	                    json_string(probe && strlen(probe) < RECORDED_NAME_MAX
	                                        ? probe
	                                        : "tensorflow"));
	json_object_set_new(out, "outcome",
	                    json_string(outcome_name(exit_code, signalled)));
	json_object_set_new(out, "exit", member_or_null(row, "exit"));
	json_object_set_new(out, "signal", signal_name(signal));
	json_object_set_new(out, "duration_ns", member_or_null(row, "duration_ns"));
	json_object_set_new(out, "stderr_tail", member_or_null(row, "stderr_tail"));
	if (json_object_get(row, "devices"))
		json_object_set(out, "devices", json_object_get(row, "devices"));
	return out;
}

/* The last lines that fit: causes stand at the end. */
static json_t *tail_of(const struct str *err)
{
	CLEANUP(str_release) struct str clean = STR_INIT;
	const char *from = err->data;
	size_t n = err->len;

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
	json_object_set_new(out, "stderr_tail", tail_of(err));
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
