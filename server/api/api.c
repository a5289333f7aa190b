/* SPDX-License-Identifier: MIT */
/* The life of a struct api. */
#include <stdlib.h>

#include "private.h"
#include "trilane/mem.h"

#include "trilane/banned.h"

int api_new(const struct api_config *config, struct api **out, struct error *err)
{
	struct api *a = xcalloc(1, sizeof(*a));
	int rc = 0;

	a->config = *config;
	a->web_root = (struct fs_root)FS_ROOT_INIT;
	if (config->web_dir)
		rc = fs_root_open(&a->web_root, config->web_dir, err);
	if (rc) {
		free(a);
		return rc;
	}
	*out = a;
	return 0;
}

void api_free(struct api *a)
{
	if (!a)
		return;
	fs_root_release(&a->web_root);
	free(a);
}
