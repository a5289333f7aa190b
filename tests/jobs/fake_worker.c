/* SPDX-License-Identifier: MIT */
/*
 * A worker that trains nothing: it speaks the protocol, well or badly, as its argument
 * --fake MODE says, or the file DATA/ENGINE, where it is started like a real one.  Under
 * the name of the other architecture's worker it claims to be that, translated.
 */
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static FILE *out;
static unsigned step_us = 1000;

static const char *option(int argc, char **argv, const char *name, const char *fallback)
{
	for (int i = 1; i + 1 < argc; i++)
		if (strcmp(argv[i], name) == 0)
			return argv[i + 1];
	return fallback;
}

static void say(const char *line)
{
	fprintf(out, "%s\n", line);
	fflush(out);
}

static void hello(const char *arch, const char *translated, const char *engine)
{
	fprintf(out,
	        "{\"type\":\"hello\",\"protocol\":1,\"arch\":\"%s\",\"translated\":%s,"
	        "\"isa\":\"none\",\"engine\":\"%s\",\"device\":\"fake\",\"threads\":2,"
	        "\"build\":\"test\",\"unknown\":[1]}\n",
	        arch, translated, engine);
	fflush(out);
}

static void train(const char *mode)
{
	say("{\"type\":\"progress\",\"step\":\"training\",\"done\":0.1}");
	say("{\"type\":\"novelty\",\"x\":1}");
	if (strcmp(mode, "unchecked") != 0)
		say("{\"type\":\"checks\",\"gradient_max_error\":0.001,\"oracle_max_"
		    "error\":1e-6,"
		    "\"passed\":true,\"detail\":\"ok\"}");
	say("{\"type\":\"epoch\",\"epoch\":1,\"of\":1,\"loss\":0.5,\"accuracy\":0.9,"
	    "\"seconds\":0.1}");
	say("{\"type\":\"trained\",\"test_accuracy\":0.97,\"test_loss\":0.1,"
	    "\"first_losses\":[2.3,2.2]}");
	say("{\"type\":\"ready\",\"cold_ns\":1000000,\"step_ns\":1000000,\"steps\":10,"
	    "\"batch\":32}");
}

static void serve(const char *mode)
{
	char word[64];
	unsigned samples = 0;
	while (fgets(word, sizeof(word), stdin)) {
		if (strcmp(word, "quit\n") == 0) {
			say("{\"type\":\"result\",\"peak_memory_bytes\":1048576,"
			    "\"flop_per_sample\":1000,\"inference\":[{\"batch\":1,"
			    "\"duration_ns\":5}]}");
			return;
		}
		if (strcmp(mode, "killed") == 0 && ++samples == 3)
			raise(SIGKILL);
		if (strcmp(mode, "dies-later") == 0 && ++samples == 3) {
			signal(SIGSEGV, SIG_DFL); /* a sanitizer has taken it */
			raise(SIGSEGV);
		}
		fprintf(out, "{\"type\":\"sample\",\"steps\":%s,\"duration_ns\":%u}\n",
		        strcmp(mode, "braggart") == 0 ? "4000000000000000" : "10",
		        10 * step_us * 1000);
		fflush(out);
	}
	if (strcmp(mode, "deaf") == 0)
		pause();
}

static void misbehave(const char *mode)
{
	static char big[200000];
	if (strcmp(mode, "long-line") == 0) {
		memset(big, 'x', sizeof(big) - 1);
		say(big);
	} else if (strcmp(mode, "flood") == 0) {
		for (;;)
			say("{\"type\":\"progress\",\"step\":\"x\",\"done\":0.5}");
	} else if (strcmp(mode, "chatter") == 0) {
		memset(big, 'e', sizeof(big) - 1);
		for (;;)
			fputs(big, stderr);
	} else if (strcmp(mode, "garbage") == 0) {
		say("\x01\xff{not json");
	} else if (strcmp(mode, "malformed") == 0) {
		say("{\"type\":\"sample\",\"steps\":-1,\"duration_ns\":true}");
	} else if (strcmp(mode, "half-line") == 0) {
		fputs("{\"type\":\"progress\",\"step\":\"x", out);
		fflush(out);
		exit(0);
	} else if (strcmp(mode, "hang") == 0) {
		for (;;)
			pause();
	} else if (strcmp(mode, "stubborn") == 0) {
		signal(SIGTERM, SIG_IGN);
		for (;;)
			pause();
	} else if (strcmp(mode, "abort") == 0) {
		fputs("first words\nlast \033[31mwords\n", stderr);
		fflush(stderr);
		abort();
	} else if (strcmp(mode, "exit") == 0) {
		exit(7);
	} else if (strcmp(mode, "closes") == 0) {
		fclose(out);
		pause();
	} else if (strcmp(mode, "unsupported") == 0) {
		say("{\"type\":\"error\",\"code\":\"unsupported\",\"text\":\"no Vulkan "
		    "driver\"}");
		exit(1);
	} else if (strcmp(mode, "loses-data") == 0) {
		say("{\"type\":\"error\",\"code\":\"not_found\",\"text\":\"no data set "
		    "there\"}");
		exit(1);
	} else if (strcmp(mode, "wrong") == 0) {
		say("{\"type\":\"checks\",\"passed\":false,\"detail\":\"conv strays\"}");
		say("{\"type\":\"error\",\"code\":\"failed\",\"text\":\"conv strays by "
		    "0.5\"}");
		exit(1);
	} else if (strcmp(mode, "forks") == 0) {
		if (fork() == 0)
			for (;;)
				pause();
		exit(3);
	}
}

/* MODE and the microseconds of a step, from the file DATA/ENGINE. */
static const char *read_orders(const char *data, const char *engine)
{
	static char mode[64];
	char path[1000];
	snprintf(path, sizeof(path), "%s/%s", data, engine);
	FILE *f = fopen(path, "r");
	if (!f)
		return "good";
	if (fscanf(f, "%63s %u", mode, &step_us) < 1)
		snprintf(mode, sizeof(mode), "good");
	fclose(f);
	return mode;
}

#ifdef __aarch64__
#define OWN_ARCH   "arm64"
#define OTHER_ARCH "x86_64"
#else
#define OWN_ARCH   "x86_64"
#define OTHER_ARCH "arm64"
#endif

/* Carries the Python worker's orders over to the folder of exported data. */
static int export_data(const char *from, const char *to)
{
	char path[1000], orders[100];
	mkdir(to, 0700);
	const char *mode = read_orders(from, "tensorflow");
	snprintf(orders, sizeof(orders), "%s %u", mode, step_us);
	snprintf(path, sizeof(path), "%s/tensorflow", to);
	FILE *f = fopen(path, "w");
	if (!f || fputs(orders, f) < 0)
		return 1;
	return fclose(f);
}

int main(int argc, char **argv)
{
	struct rlimit none = {0, 0};
	setrlimit(RLIMIT_CORE, &none);
	const char *engine = option(argc, argv, "--engine", "cpu");
	const char *data = option(argc, argv, "--data", NULL);
	const char *mode =
		data ? read_orders(data, engine) : option(argc, argv, "--fake", "good");
	if (option(argc, argv, "--export-data", NULL))
		return export_data(data, option(argc, argv, "--export-data", NULL));
	out = fdopen(3, "w");
	if (!out)
		return 9;
	if (strcmp(mode, "mute") == 0)
		for (;;)
			pause();
	bool foreign = strstr(argv[0], OTHER_ARCH) || strcmp(mode, "foreign") == 0;
	bool translated = foreign && strcmp(mode, "foreign") != 0;
	if (strcmp(mode, "silent-start") != 0)
		hello(foreign ? OTHER_ARCH : OWN_ARCH, translated ? "true" : "false",
		      strcmp(mode, "liar") == 0 ? "reference" : engine);
	misbehave(mode);
	train(mode);
	serve(mode);
	return 0;
}
