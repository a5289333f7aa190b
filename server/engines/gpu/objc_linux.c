/* SPDX-License-Identifier: MIT */
/* No Objective-C here. */
#include "objc.h"

#include "trilane/banned.h"

int objc_api_open(struct objc_api *o, struct error *err)
{
	(void)o;
	return error_set(err, ERROR_UNSUPPORTED, "Metal is for macOS");
}
