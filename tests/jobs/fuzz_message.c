/* SPDX-License-Identifier: MIT */
/* Lines of a worker: what is taken over has the table's shape, whatever was said. */
#include <stdint.h>

#include "message.h"
#include "trilane/facts.h"

#include "trilane/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	enum message_type type = MESSAGE_OTHER;
	struct error err = ERROR_INIT;
	json_t *message = NULL;

	if (message_parse((const char *)bytes, n, &type, &message, &err)) {
		if (err.text[0] == '\0')
			BUG("refused without a word");
		return 0;
	}
	if (!json_is_object(message))
		BUG("taken over, and no object");
	json_decref(message);
	return 0;
}
