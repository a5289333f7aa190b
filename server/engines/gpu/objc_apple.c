/* SPDX-License-Identifier: MIT */
/* The Objective-C runtime and Metal by dlopen; nothing is linked. */
#include "objc.h"

#include <dlfcn.h>

#include "trilane/banned.h"

/* One function is behind every message; its type is the caller's business. */
static objc_method method_of(const struct objc_api *o, id object, SEL selector)
{
	(void)object;
	(void)selector;
	return o->message_send;
}

static int missing(const char *what, struct error *err)
{
	return error_set(err, ERROR_UNSUPPORTED, "macOS without %s", what);
}

int objc_api_open(struct objc_api *o, struct error *err)
{
	void *objc = dlopen("/usr/lib/libobjc.A.dylib", RTLD_NOW);
	void *metal =
		dlopen("/System/Library/Frameworks/Metal.framework/Metal", RTLD_NOW);

	if (!objc)
		return missing("the Objective-C runtime", err);
	if (!metal)
		return missing("Metal", err);
	/* Command-line programs get no device on Intel Macs without CoreGraphics. */
	o->libraries[0] =
		dlopen("/System/Library/Frameworks/CoreGraphics.framework/CoreGraphics",
	               RTLD_NOW);
	o->libraries[1] = dlopen(
		"/System/Library/Frameworks/Foundation.framework/Foundation", RTLD_NOW);
	o->libraries[2] = objc;
	o->libraries[3] = metal;
	o->class_named = (id(*)(const char *))dlsym(objc, "objc_getClass");
	o->selector = (SEL(*)(const char *))dlsym(objc, "sel_registerName");
	o->pool_push = (void *(*)(void))dlsym(objc, "objc_autoreleasePoolPush");
	o->pool_pop = (void (*)(void *))dlsym(objc, "objc_autoreleasePoolPop");
	o->all_devices = (id(*)(void))dlsym(metal, "MTLCopyAllDevices");
	o->message_send = (objc_method)dlsym(objc, "objc_msgSend");
	o->method = method_of;
	if (!o->class_named || !o->selector || !o->pool_push || !o->pool_pop ||
	    !o->message_send)
		return missing("a part of the Objective-C runtime", err);
	return o->all_devices ? 0 : missing("MTLCopyAllDevices", err);
}
