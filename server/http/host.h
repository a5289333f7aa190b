/* SPDX-License-Identifier: MIT */
/* The Host allow-list: names this server answers to, each with its port. */
#ifndef TRILANE_HTTP_HOST_H
#define TRILANE_HTTP_HOST_H

#include <stdint.h>

#include "trilane/str.h"

/* Adds NAME (without port; an IPv6 address without brackets) as it stands in Host. */
void host_allow(struct strlist *hosts, const char *name, uint16_t port,
                uint16_t default_port);
/* 0 if VALUE is one of HOSTS; 421 if it is another, 400 if it is none at all or NULL. */
unsigned host_check(const struct strlist *hosts, const char *value);

#endif
