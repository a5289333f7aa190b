/* SPDX-License-Identifier: MIT */
/* macOS: threads cannot be pinned; a quality of service keeps them on fast cores. */
#include "system.h"

#include <pthread.h>
#include <pthread/qos.h>

#include "trilane/banned.h"

void system_prepare(unsigned threads)
{
	(void)threads;
	(void)pthread_set_qos_class_self_np(QOS_CLASS_USER_INITIATED, 0);
}
