/* SPDX-License-Identifier: MIT */
/*
 * Lab mode: the token file, the certificate that is given or made, and the names that the
 * server answers to.  Secrets lie in files that only their owner may read.
 */
#include "lab.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "trilane/certificate.h"
#include "trilane/cleanup.h"
#include "trilane/clock.h"
#include "trilane/fs.h"
#include "trilane/log.h"

#include "trilane/banned.h"

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

/* What this machine is called on the network, if that is a name for Host. */
static void add_own_name(struct strlist *hosts)
{
	char name[256] = "";

	if (gethostname(name, sizeof(name) - 1) == 0 && name[0] &&
	    strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	                 "0123456789-.") == strlen(name))
		strlist_add(hosts, name);
}

int lab_read(struct lab *lab, const struct serve_values *v, struct error *err)
{
	int rc = 0;

	for (size_t i = 0; i < v->host.count; i++)
		strlist_add(&lab->hosts, v->host.items[i]);
	if (serve_is_open(v))
		add_own_name(&lab->hosts);
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

/* --- a certificate of one's own ---------------------------------------------------- */

struct own {
	struct str certificate_path, key_path;
	struct strlist names;
};

static void own_release(struct own *own)
{
	str_release(&own->certificate_path);
	str_release(&own->key_path);
	strlist_release(&own->names);
}

/* Names first: the first one is the certificate's subject. */
static void own_init(struct own *own, const struct lab *lab, const char *bind,
                     const char *data_dir)
{
	static const char *const local[] = {"localhost", "127.0.0.1", "::1"};

	fs_join(&own->certificate_path, data_dir, "tls-certificate.pem");
	fs_join(&own->key_path, data_dir, "tls-key.pem");
	for (size_t i = 0; i < lab->hosts.count; i++)
		strlist_add(&own->names, lab->hosts.items[i]);
	if (!text_equal(bind, "0.0.0.0") && !text_equal(bind, "::"))
		strlist_add(&own->names, bind);
	for (size_t i = 0; i < sizeof(local) / sizeof(local[0]); i++)
		strlist_add(&own->names, local[i]);
}

static int own_load(const struct own *own, struct lab *lab, struct error *err)
{
	int rc = fs_read(own->certificate_path.data, PEM_MAX, &lab->certificate, err);

	if (rc == 0)
		rc = check_private(own->key_path.data, err);
	if (rc == 0)
		rc = fs_read(own->key_path.data, PEM_MAX, &lab->key, err);
	return rc ? rc
	          : certificate_check(lab->certificate.data, lab->key.data, &own->names,
	                              clock_unix_ms(), err);
}

static int own_make(const struct own *own, struct lab *lab, struct error *err)
{
	int rc;

	str_clear(&lab->certificate);
	str_clear(&lab->key);
	rc = certificate_make(&own->names, clock_unix_ms(), &lab->certificate, &lab->key,
	                      err);
	if (rc == 0)
		rc = fs_write(own->key_path.data, lab->key.data, lab->key.len, 0600, err);
	if (rc == 0)
		rc = fs_write(own->certificate_path.data, lab->certificate.data,
		              lab->certificate.len, 0644, err);
	return rc;
}

static int own_load_or_make(const struct own *own, struct lab *lab, struct error *err)
{
	struct error why = ERROR_INIT;
	int rc = own_load(own, lab, &why);

	if (rc == 0)
		return 0;
	rc = own_make(own, lab, err);
	if (rc == 0 && why.code == ERROR_NOT_FOUND)
		log_info("a certificate was made: %s", own->certificate_path.data);
	else if (rc == 0)
		log_warning("a new certificate was made, because of the old one %s: %s",
		            own->certificate_path.data, why.text);
	return rc;
}

int lab_certify(struct lab *lab, const struct serve_values *v, const char *data_dir,
                struct error *err)
{
	CLEANUP(own_release)
	struct own own = {.certificate_path = STR_INIT, .key_path = STR_INIT};
	char fingerprint[CERTIFICATE_FINGERPRINT_SIZE];
	int rc;

	if (!serve_is_self_signed(v))
		return 0;
	own_init(&own, lab, v->bind, data_dir);
	rc = own_load_or_make(&own, lab, err);
	if (rc == 0)
		rc = certificate_fingerprint(lab->certificate.data, fingerprint, err);
	if (rc == 0)
		log_info("self-signed certificate, SHA-256 fingerprint %s", fingerprint);
	return rc;
}

void lab_release(struct lab *lab)
{
	str_release(&lab->certificate);
	str_release(&lab->key);
	str_release(&lab->run_token);
	str_release(&lab->view_token);
	strlist_release(&lab->hosts);
}
