/* SPDX-License-Identifier: MIT */
/*
 * Objective-C from plain C: the few runtime functions that the Metal engine needs.
 *
 * A message is a call of the function that the runtime gives for object and selector,
 * through a pointer of the method's own type:
 *
 *	id queue = SEND0(id, o, device, "newCommandQueue");
 *	SEND3(void, o, encoder, "setBuffer:offset:atIndex:", b, (size_t)0, (size_t)1);
 *
 * The digit counts the arguments, whose types are taken from them, so casts have to be
 * right; integers are size_t for NSUInteger.  Structures are passed, never returned, so
 * objc_msgSend is right for every call on both architectures.  Objects from methods named
 * new… or copy… are owned and released by hand; all others belong to the autorelease pool
 * around.
 *
 * Sources: <objc/message.h>, <objc/runtime.h>; the table is filled by objc_apple.c with
 * dlopen, and by a test with a double.
 */
#ifndef TRILANE_OBJC_H
#define TRILANE_OBJC_H

#include <stdbool.h>
#include <stddef.h>

#include "trilane/error.h"

typedef struct objc_object *id;
typedef struct objc_selector *SEL;
typedef void (*objc_method)(void);

struct objc_api {
	id (*class_named)(const char *name);
	SEL (*selector)(const char *name);
	/* The function to call for a message: objc_msgSend itself, whatever the
	 * message. */
	objc_method (*method)(const struct objc_api *o, id object, SEL selector);
	objc_method message_send;
	void *(*pool_push)(void);
	void (*pool_pop)(void *pool);
	id (*all_devices)(void); /* MTLCopyAllDevices: an owned NSArray */
	void *libraries[4]; /* what was opened; never closed, as the runtime demands */
};

/* ERROR_UNSUPPORTED where there is no Metal. */
int objc_api_open(struct objc_api *o, struct error *err);

/* clang-format off */
#define OBJC_FUNCTION(o, object, name, ...) \
	((__VA_ARGS__)(o)->method((o), (object), (o)->selector(name)))

#define SEND0(type, o, object, name) \
	OBJC_FUNCTION(o, object, name, type (*)(id, SEL))( \
		(object), (o)->selector(name))
#define SEND1(type, o, object, name, a) \
	OBJC_FUNCTION(o, object, name, type (*)(id, SEL, __typeof__(a)))( \
		(object), (o)->selector(name), (a))
#define SEND2(type, o, object, name, a, b) \
	OBJC_FUNCTION(o, object, name, type (*)(id, SEL, __typeof__(a), __typeof__(b)))( \
		(object), (o)->selector(name), (a), (b))
#define SEND3(type, o, object, name, a, b, c) \
	OBJC_FUNCTION(o, object, name, \
		      type (*)(id, SEL, __typeof__(a), __typeof__(b), __typeof__(c)))( \
		(object), (o)->selector(name), (a), (b), (c))
/* clang-format on */

#endif
