/* SPDX-License-Identifier: MIT */
/*
 * Writing the protocol's lines.
 */
#include "lines.h"

#include <fcntl.h>
#include <unistd.h>

#include "trilane/cleanup.h"
#include "trilane/fs.h"
#include "trilane/jsonw.h"
#include "trilane/platform.h"
#include "trilane/version.h"

#include "trilane/banned.h"

enum { PROTOCOL_FD = 3 };

int lines_choose_fd(void)
{
	return fcntl(PROTOCOL_FD, F_GETFD) == -1 ? STDOUT_FILENO : PROTOCOL_FD;
}

static struct jsonw begin(struct str *out, const char *type)
{
	struct jsonw w = JSONW_INIT(out);

	jsonw_object(&w, NULL);
	jsonw_string(&w, "type", type);
	return w;
}

static void end(const struct lines *l, struct jsonw *w)
{
	jsonw_end(w);
	str_add_char(w->out, '\n');
	if (!str_failed(w->out))
		(void)fs_write_fd(l->fd, w->out->data, w->out->len, NULL);
}

void lines_hello(const struct lines *l, const struct engine_info *info, uint64_t images)
{
	CLEANUP(str_release) struct str out = STR_INIT;
	struct jsonw w = begin(&out, "hello");

	jsonw_u64(&w, "protocol", PROTOCOL_VERSION);
	jsonw_string(&w, "arch", platform_arch());
	jsonw_bool(&w, "translated", platform_translated(NULL));
	jsonw_string(&w, "isa", info->isa);
	jsonw_string(&w, "engine", info->engine);
	jsonw_string(&w, "device", info->device);
	jsonw_bool(&w, "software_device", info->software_device);
	jsonw_u64(&w, "threads", info->threads);
	jsonw_bool(&w, "flush_to_zero", info->flush_to_zero);
	jsonw_u64(&w, "launch_ns", info->launch_ns);
	if (images)
		jsonw_u64(&w, "images", images);
	jsonw_string(&w, "build", trilane_build());
	end(l, &w);
}

void lines_progress(const struct lines *l, const char *step, double done)
{
	CLEANUP(str_release) struct str out = STR_INIT;
	struct jsonw w = begin(&out, "progress");

	jsonw_string(&w, "step", step);
	jsonw_double(&w, "done", done);
	end(l, &w);
}

void lines_checks(const struct lines *l, const struct check_report *report)
{
	CLEANUP(str_release) struct str out = STR_INIT;
	struct jsonw w = begin(&out, "checks");

	jsonw_double(&w, "gradient_max_error", report->gradient_max_error);
	jsonw_double(&w, "oracle_max_error", report->oracle_max_error);
	jsonw_bool(&w, "passed", report->passed);
	jsonw_string(&w, "detail", report->detail);
	end(l, &w);
}

void lines_epoch(const struct lines *l, const struct epoch_line *epoch)
{
	CLEANUP(str_release) struct str out = STR_INIT;
	struct jsonw w = begin(&out, "epoch");

	jsonw_u64(&w, "epoch", epoch->epoch);
	jsonw_u64(&w, "of", epoch->of);
	jsonw_double(&w, "loss", epoch->loss);
	jsonw_double(&w, "accuracy", epoch->accuracy);
	jsonw_double(&w, "seconds", epoch->seconds);
	end(l, &w);
}

void lines_trained(const struct lines *l, const struct trained_line *trained)
{
	CLEANUP(str_release) struct str out = STR_INIT;
	struct jsonw w = begin(&out, "trained");

	jsonw_double(&w, "test_accuracy", trained->test_accuracy);
	jsonw_double(&w, "test_loss", trained->test_loss);
	jsonw_array(&w, "first_losses");
	for (unsigned i = 0; i < trained->first_count; i++)
		jsonw_double(&w, NULL, (double)trained->first_losses[i]);
	jsonw_end(&w);
	end(l, &w);
}

void lines_ready(const struct lines *l, const struct ready_line *ready)
{
	CLEANUP(str_release) struct str out = STR_INIT;
	struct jsonw w = begin(&out, "ready");

	jsonw_u64(&w, "cold_ns", ready->cold_ns);
	jsonw_u64(&w, "step_ns", ready->step_ns);
	jsonw_u64(&w, "steps", ready->steps);
	jsonw_u64(&w, "batch", ready->batch);
	end(l, &w);
}

void lines_sample(const struct lines *l, uint64_t steps, uint64_t duration_ns)
{
	CLEANUP(str_release) struct str out = STR_INIT;
	struct jsonw w = begin(&out, "sample");

	jsonw_u64(&w, "steps", steps);
	jsonw_u64(&w, "duration_ns", duration_ns);
	end(l, &w);
}

void lines_result(const struct lines *l, const struct result_line *result)
{
	CLEANUP(str_release) struct str out = STR_INIT;
	struct jsonw w = begin(&out, "result");

	jsonw_u64(&w, "peak_memory_bytes", result->peak_memory_bytes);
	jsonw_double(&w, "flop_per_sample", result->flop_per_sample);
	jsonw_array(&w, "inference");
	for (unsigned i = 0; i < result->inference_count; i++) {
		jsonw_object(&w, NULL);
		jsonw_u64(&w, "batch", result->inference[i].batch);
		jsonw_u64(&w, "duration_ns", result->inference[i].duration_ns);
		jsonw_end(&w);
	}
	jsonw_end(&w);
	end(l, &w);
}

void lines_error(const struct lines *l, const char *code, const char *text)
{
	CLEANUP(str_release) struct str out = STR_INIT;
	struct jsonw w = begin(&out, "error");

	jsonw_string(&w, "code", code);
	jsonw_string(&w, "text", text);
	end(l, &w);
}
