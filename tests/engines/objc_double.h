/* SPDX-License-Identifier: MIT */
/*
 * A double of the Objective-C objects that the Metal engine talks to, which does the work
 * on Vulkan.  It watches the conversation: what is misused is counted and printed.
 *
 * It takes the place of objc_<platform>.c by defining objc_api_open().  Memory of buffers
 * is the host's; it is copied to the device before a command buffer runs and back after.
 */
#ifndef TRILANE_OBJC_DOUBLE_H
#define TRILANE_OBJC_DOUBLE_H

#include <stdbool.h>

/* Misuse so far: wrong order, missing buffers, wrong sizes, unknown messages. */
unsigned objc_double_misuses(void);
/* Objects that are alive: 0 when the engine has released what it owned. */
unsigned objc_double_objects(void);
/* The next command buffer ends with an error; the next compilation fails; there is no
 * device; buffers cannot be made. */
enum objc_double_fault {
	FAULT_NONE,
	FAULT_COMMAND,
	FAULT_COMPILE,
	FAULT_DEVICE,
	FAULT_BUFFER
};
void objc_double_break(enum objc_double_fault fault);

#endif
