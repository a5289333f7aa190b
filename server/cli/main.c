/* SPDX-License-Identifier: MIT */
/* The way in; everything else is in cli.c, where tests can call it. */
#include "trilane/cli.h"

#include "trilane/banned.h"

int main(int argc, char **argv)
{
	return cli_main(argc, (const char *const *)argv);
}
