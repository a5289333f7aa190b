/* SPDX-License-Identifier: MIT */
/*
 * The dashboard, as the program carries it: every file below web/ under its own path
 * ("index.html", "js/main.js", "css/theme.css"), and "vendor/chart.js", which the build
 * fetches.  Each row has a gzip copy.
 *
 * The page asks for its files by relative paths and for nothing else on this or another
 * host.  It needs a content security policy no wider than
 *	default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;
 *	connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'
 *
 * In index.html the line WEB_SUMMARY_MARK stands once, inside <noscript>.  A server may
 * put the machine's verdict, findings and last results in its place, as escaped HTML
 * without classes of its own, for readers without JavaScript.
 */
#ifndef TRILANE_WEB_ASSETS_H
#define TRILANE_WEB_ASSETS_H

#include "trilane/embedded.h"

#define WEB_SUMMARY_MARK "<!--trilane:summary-->"

extern const struct embedded_file web_assets[];
extern const size_t web_assets_count;

#endif
