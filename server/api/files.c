/* SPDX-License-Identifier: MIT */
/* The dashboard's files: embedded ones, or those of --web-dir while it is developed. */
#include <stdio.h>
#include <string.h>

#include "private.h"

#include "trilane/banned.h"

enum { FILE_MAX = 4 * 1024 * 1024 };

static const struct {
	const char *suffix, *type;
} types[] = {
	{".css", "text/css; charset=utf-8"},
	{".html", "text/html; charset=utf-8"},
	{".js", "text/javascript; charset=utf-8"},
	{".json", TYPE_JSON},
	{".png", "image/png"},
	{".svg", "image/svg+xml"},
	{".txt", TYPE_TEXT},
	{".webmanifest", "application/manifest+json"},
	{".woff2", "font/woff2"},
};

static const char *type_of(const char *path)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (text_ends(path, types[i].suffix))
			return types[i].type;
	return "application/octet-stream";
}

static unsigned reply_embedded(const struct api *a, const char *path,
                               struct http_response *r)
{
	if (a->config.asset_count > 0)
		r->file =
			embedded_find(a->config.assets, a->config.asset_count, path + 1);
	if (!r->file)
		return 404;
	snprintf(r->etag, sizeof(r->etag), "%.32s", r->file->sha256);
	return 200;
}

/* A file has one address on disk too, and hidden ones have none. */
static bool is_plain(const char *path)
{
	return !strstr(path, "//") && !strstr(path, "/.") && !text_ends(path, "/");
}

/* What the build makes, vendor/chart.js, is not in the folder. */
static unsigned reply_from_disk(const struct api *a, const char *path,
                                struct http_response *r)
{
	if (!is_plain(path) || fs_root_read(&a->web_root, path, FILE_MAX, &r->body, NULL))
		return reply_embedded(a, path, r);
	http_response_hash(r);
	return 200;
}

unsigned api_files(void *context, const struct http_request *request,
                   struct http_response *r)
{
	struct api *a = context;
	const char *path = request->path;

	r->type = type_of(path);
	r->cache = "no-cache";
	return a->config.web_dir ? reply_from_disk(a, path, r)
	                         : reply_embedded(a, path, r);
}
