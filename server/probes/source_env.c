/* SPDX-License-Identifier: MIT */
/*
 * Environment variables: which ones a probe may see, and a recording may hold.  The list
 * names what steers Pythons, their libraries and translators; whatever smells of a
 * secret is left out even there.
 */
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "source_private.h"
#include "trilane/facts.h"

#include "trilane/banned.h"

extern char **environ;

static const char *const allowed_names[] = {
	"HOMEBREW_PREFIX",
	"KUBERNETES_SERVICE_HOST",
	"LD_LIBRARY_PATH",
	"LD_PRELOAD",
	"PATH",
	"PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION",
	"PYTHONHOME",
	"PYTHONNOUSERSITE",
	"PYTHONPATH",
	"PYTHONUSERBASE",
	"QEMU_CPU",
	"QEMU_LD_PREFIX",
	"SYSTEM_VERSION_COMPAT",
	"VIRTUAL_ENV",
	"WORKON_HOME",
	"WSL_DISTRO_NAME",
	"XDG_DATA_HOME",
	"container",
};

static const char *const allowed_prefixes[] = {
	"CONDA_", "CUDA_",    "CUDNN_",  "DYLD_",   "JUPYTER_",  "KMP_",
	"MAMBA_", "MKL_",     "NVIDIA_", "OMP_",    "OPENBLAS_", "PIXI_",
	"PYENV_", "ROSETTA_", "TF_",     "VECLIB_", "UV_",       "XLA_",
};

static const char *const secret_parts[] = {
	"AUTH", "CRED",   "INDEX", "KEY", "LOGIN",
	"PASS", "SECRET", "TOKEN", "URL", "USERNAME",
};

/* Terraform shares TensorFlow's prefix and keeps secrets in its variables. */
static const char *const foreign_prefixes[] = {
	"TF_CLI_",      "TF_CLOUD_", "TF_DATA_DIR", "TF_HTTP_",     "TF_IGNORE",
	"TF_IN_",       "TF_INPUT",  "TF_LOG",      "TF_PLUGIN_",   "TF_REATTACH_",
	"TF_REGISTRY_", "TF_STATE_", "TF_VAR_",     "TF_WORKSPACE",
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool is_allowed(const char *name)
{
	for (size_t i = 0; i < COUNT(secret_parts); i++)
		if (strstr(name, secret_parts[i]))
			return false;
	for (size_t i = 0; i < COUNT(foreign_prefixes); i++)
		if (text_starts(name, foreign_prefixes[i]))
			return false;
	for (size_t i = 0; i < COUNT(allowed_names); i++)
		if (strcmp(name, allowed_names[i]) == 0)
			return true;
	for (size_t i = 0; i < COUNT(allowed_prefixes); i++)
		if (text_starts(name, allowed_prefixes[i]))
			return true;
	return false;
}

const char *source_env(struct source *s, const char *name)
{
	if (!is_allowed(name))
		return NULL;
	return s->live ? getenv(name) : source_table_find(&s->env, name);
}

static void each_live(void (*found)(void *context, const char *name, const char *value),
                      void *context)
{
	for (char **e = environ; e && *e; e++) {
		const char *equals = strchr(*e, '=');
		char name[128];
		size_t n = equals ? (size_t)(equals - *e) : 0;

		if (n == 0 || n >= sizeof(name))
			continue;
		memcpy(name, *e, n);
		name[n] = '\0';
		if (is_allowed(name))
			found(context, name, equals + 1);
	}
}

void source_env_each(struct source *s,
                     void (*found)(void *context, const char *name, const char *value),
                     void *context)
{
	if (s->live) {
		each_live(found, context);
		return;
	}
	for (size_t i = 0; i < s->env.count; i++)
		found(context, s->env.items[i].name, s->env.items[i].value);
}

int source_parse_environment(struct source_table *t, const char *text, size_t n,
                             struct error *err)
{
	json_t *document = NULL;
	json_t *value;
	const char *name;
	int rc = document_parse(text, n, SOURCE_DOCUMENT_LIMIT, &document, err);

	if (rc < 0)
		return rc;
	json_object_foreach(document, name, value)
	{
		if (json_is_string(value) && is_allowed(name))
			source_table_add(t, name, strlen(name), json_string_value(value),
			                 json_string_length(value));
	}
	source_table_sort(t);
	json_decref(document);
	return 0;
}
