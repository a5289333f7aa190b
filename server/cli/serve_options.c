/* SPDX-License-Identifier: MIT */
/* The options of `trilane serve`. */
#include "serve_options.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "trilane/cleanup.h"
#include "trilane/fs.h"
#include "trilane/http.h"
#include "trilane/log.h"

#include "trilane/banned.h"

const struct serve_values serve_defaults = {.port = 8317};

const struct option_row serve_options[] = {
	{"bind", OPTION_STRING, offsetof(struct serve_values, bind), "ADDR",
         .help = "listen on this numeric address (127.0.0.1 and ::1)"},
	{"data", OPTION_LIST, offsetof(struct serve_values, data), "NAME=DIR",
         .help = "let benchmarks use the data set in DIR under NAME; may be repeated"},
	{"data-dir", OPTION_STRING, offsetof(struct serve_values, data_dir), "DIR",
         .help = "keep the history here"},
	{"host", OPTION_LIST, offsetof(struct serve_values, host), "NAME",
         .help = "also answer to this name (without port); may be repeated"},
	{"insecure-lan", OPTION_FLAG, offsetof(struct serve_values, insecure_lan),
         .help = "listen beyond this machine without token and TLS"},
	{"open", OPTION_FLAG, offsetof(struct serve_values, open),
         .help = "open the dashboard in the browser"},
	{"port", OPTION_NUMBER, offsetof(struct serve_values, port), "PORT",
         .help = "listen on this port; 0 takes any that is free (8317)", .max = 65535},
	{"tls-cert", OPTION_STRING, offsetof(struct serve_values, tls_cert), "FILE",
         .help = "speak TLS with the certificate in FILE (PEM)"},
	{"tls-key", OPTION_STRING, offsetof(struct serve_values, tls_key), "FILE",
         .help = "the certificate's private key (PEM)"},
	{"token-file", OPTION_STRING, offsetof(struct serve_values, token_file), "FILE",
         .help = "ask for a token: FILE has lines \"run TOKEN\" and \"view TOKEN\""},
	{"web-dir", OPTION_STRING, offsetof(struct serve_values, web_dir), "DIR",
         .help = "serve the dashboard's files from DIR, to work on them"},
	{.name = NULL},
};

static bool is_loopback(const char *address)
{
	return text_starts(address, "127.") || text_equal(address, "::1");
}

int serve_check(const struct serve_values *v, struct error *err)
{
	bool tls = v->tls_cert && v->tls_key;

	if (!v->tls_cert != !v->tls_key)
		return error_set(err, ERROR_INVALID,
		                 "--tls-cert and --tls-key belong together");
	if (tls && !http_tls_available())
		return error_set(err, ERROR_UNSUPPORTED,
		                 "the libmicrohttpd of this build has no TLS");
	if (!v->bind || is_loopback(v->bind) || (tls && v->token_file))
		return 0;
	if (!v->insecure_lan)
		return error_set(
			err, ERROR_DENIED,
			"an address beyond this machine needs a token and TLS "
			"(--token-file, --tls-cert, --tls-key); --insecure-lan insists");
	log_warning("anybody who reaches %s can start work on this machine", v->bind);
	return 0;
}

/* --- lab mode -------------------------------------------------------------------- */

enum { TOKEN_MIN = 16, TOKEN_MAX = 256, PEM_MAX = 256 * 1024 };

static int check_private(const char *path, struct error *err)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return error_set_errno(err, errno, "%s", path);
	if (st.st_mode & 077)
		return error_set(err, ERROR_DENIED,
		                 "%s can be read by others; its mode must be 0600", path);
	return 0;
}

static bool is_token(const char *text)
{
	size_t len = strlen(text);

	return len >= TOKEN_MIN && len <= TOKEN_MAX &&
	       strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	                    "0123456789-._~+/=") == len;
}

static int take_token(struct lab *lab, const char *line, const char *path,
                      struct error *err)
{
	CLEANUP(strlist_release) struct strlist words = STRLIST_INIT;
	struct str *token = NULL;

	strlist_split(&words, line, " \t\r");
	if (words.count == 0 || words.items[0][0] == '#')
		return 0;
	if (text_equal(words.items[0], "run"))
		token = &lab->run_token;
	else if (text_equal(words.items[0], "view"))
		token = &lab->view_token;
	if (!token || token->len || words.count != 2 || !is_token(words.items[1]))
		return error_set(
			err, ERROR_INVALID,
			"%s: a line is \"run TOKEN\" or \"view TOKEN\", each once, "
			"with at least %d letters and digits",
			path, TOKEN_MIN);
	str_add(token, words.items[1]);
	return 0;
}

static int read_tokens(struct lab *lab, const char *path, struct error *err)
{
	CLEANUP(str_release) struct str text = STR_INIT;
	CLEANUP(strlist_release) struct strlist lines = STRLIST_INIT;
	int rc = check_private(path, err);

	if (rc == 0)
		rc = fs_read(path, PEM_MAX, &text, err);
	strlist_split(&lines, text.data, "\n");
	for (size_t i = 0; i < lines.count && rc == 0; i++)
		rc = take_token(lab, lines.items[i], path, err);
	if (rc == 0 && lab->run_token.len == 0 && lab->view_token.len == 0)
		rc = error_set(err, ERROR_INVALID, "%s has no token", path);
	return rc;
}

int lab_read(struct lab *lab, const struct serve_values *v, struct error *err)
{
	int rc = 0;

	if (v->token_file)
		rc = read_tokens(lab, v->token_file, err);
	if (rc == 0 && v->tls_key)
		rc = check_private(v->tls_key, err);
	if (rc == 0 && v->tls_cert)
		rc = fs_read(v->tls_cert, PEM_MAX, &lab->certificate, err);
	if (rc == 0 && v->tls_key)
		rc = fs_read(v->tls_key, PEM_MAX, &lab->key, err);
	return rc;
}

void lab_release(struct lab *lab)
{
	str_release(&lab->certificate);
	str_release(&lab->key);
	str_release(&lab->run_token);
	str_release(&lab->view_token);
}
